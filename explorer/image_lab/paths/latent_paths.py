"""Paths through latent space between images, and their length in decoded images.

Shapes: codes (``explorer.inference.latent_space``) of ``D`` numbers, of which the first ``K`` are z. The class part of
a class-conditional code is interpolated linearly on every path; the decoder was not trained on interpolated classes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_
from explorer.image_lab.paths.geodesics import geodesic
from explorer.inference.latent_space import Z, arc, line
from explorer.inference.likelihood import Progress

if TYPE_CHECKING:
    from models import VAE

PATH_STEPS = 512  # of a path from one image to the next, over which its length is summed
DECODED_AT_ONCE = 1024


def ignored(done: float) -> None:
    """A progress callback that does nothing."""


@dataclass(frozen=True)
class Path:
    """A finely sampled path.

    Attributes
    ----------
    codes : [P, D].
    travelled : [P]; decoded length up to each code, the sum of Euclidean distances between neighbouring mean images,
        pixels in [0, 1].
    stops : rows of ``codes`` at the images.
    """

    kind: str
    codes: Z
    travelled: NDArray[np.float64]
    stops: tuple[int, ...]

    @property
    def length(self) -> float:
        """The decoded length of the whole path."""
        return float(self.travelled[-1])

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Share of the length up to each code, 0 to 1: [P]; evenly spaced if the length is zero."""
        if self.length == 0:
            return np.linspace(0, 1, len(self.codes))
        return self.travelled / self.length

    def at(self, shares: NDArray[np.floating]) -> Z:
        """The codes at these shares of the decoded length: [n, D]."""
        return np.stack([np.interp(shares, self.shares, column) for column in self.codes.T], 1).astype(np.float32)

    def even(self, steps: int) -> NDArray[np.float64]:
        """Shares at equal steps of decoded length, ``steps`` from each image to the next: [legs * steps + 1]."""
        ends = self.shares[list(self.stops)]
        legs = [np.linspace(start, end, steps, endpoint=False) for start, end in pairwise(ends)]
        return np.concatenate([*legs, ends[-1:]])


Between = Callable[["VAE", Z, Z, Progress], Z]  # from one code to another: [STEPS + 1, D]


@dataclass(frozen=True)
class PathKind:
    """One entry of ``KINDS``. ``slow``: computing it takes seconds."""

    title: str
    summary: str
    between: Between
    slow: bool = False


def straight(model: VAE, start: Z, end: Z, progress: Progress) -> Z:
    """Linear interpolation."""
    return line(start, end, PATH_STEPS + 1)


def spherical(model: VAE, start: Z, end: Z, progress: Progress) -> Z:
    """Spherical interpolation of z."""
    latent, codes = model.config.latent, line(start, end, PATH_STEPS + 1)
    codes[:, :latent] = arc(start[:latent], end[:latent], PATH_STEPS + 1)
    return codes


def shortest_found(model: VAE, start: Z, end: Z, progress: Progress) -> Z:
    """The approximate geodesic, or the straight line if that is not longer."""
    found, direct = geodesic(model, start, end, PATH_STEPS, progress), line(start, end, PATH_STEPS + 1)
    return found if picture_steps(model, found).sum() < picture_steps(model, direct).sum() else direct


KINDS: dict[str, PathKind] = {
    "straight": PathKind(N_("Straight"), N_("the straight line between the codes"), straight),
    "spherical": PathKind(N_("Spherical"), N_("along a great circle, as draws of the prior lie on a shell"), spherical),
    "geodesic": PathKind(
        N_("Geodesic"), N_("the shortest found in pictures, starting from the straight line"), shortest_found, slow=True
    ),
}


def path_through(model: VAE, stops: Sequence[NDArray[np.floating]], kind: str, progress: Progress = ignored) -> Path:
    """A path of one of ``KINDS`` through the codes of two or more images, [D] each.

    Raises ExplorerError for fewer images, or codes that do not fit the model.
    """
    codes = checked_stops(model, stops)
    legs = len(codes) - 1

    def leg(i: int) -> Z:
        return KINDS[kind].between(model, codes[i], codes[i + 1], lambda done: progress((i + done) / legs))

    parts = [leg(i) for i in range(legs)]
    whole = np.concatenate([parts[0], *(part[1:] for part in parts[1:])])
    travelled = np.concatenate([[0.0], picture_steps(model, whole).cumsum()])
    return Path(kind, whole, travelled, tuple(range(0, len(whole), PATH_STEPS)))


def checked_stops(model: VAE, stops: Sequence[NDArray[np.floating]]) -> Z:
    """The stops as one array [W, D]; ExplorerError for fewer than two, and codes that do not fit the model."""
    if len(stops) < 2:
        raise ExplorerError("A path needs two images.", "Choose another one to go to.")
    codes = np.stack([np.asarray(stop, np.float32) for stop in stops])
    if codes.shape[1:] != (model.code,) or not np.isfinite(codes).all():
        raise ExplorerError("These codes do not fit the model.", f"It takes {model.code} ordinary numbers.")
    return codes


def picture_steps(model: VAE, codes: Z) -> NDArray[np.float64]:
    """Euclidean distances between the mean pictures of neighbouring codes, pixels in [0, 1]: [P, D] -> [P - 1]."""
    import torch

    device = next(model.parameters()).device
    steps = []
    with torch.inference_mode():
        for first in range(0, len(codes) - 1, DECODED_AT_ONCE):  # each part ends where the next one begins
            part = torch.from_numpy(codes[first : first + DECODED_AT_ONCE + 1]).to(device)
            steps.append(model.decode(part).flatten(1).diff(dim=0).double().norm(dim=1).cpu().numpy())
    return np.concatenate(steps)
