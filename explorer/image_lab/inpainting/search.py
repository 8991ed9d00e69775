"""What may stand in the hole of an image: latents whose pictures agree with what is visible.

On any model, many z at once are optimised on the visible pixels and the prior. Some go down the energy
E(z) = -log p(visible x|z) - log p(z) to the most probable z. With a Gaussian p(x|z) that is compressed sensing by a
generative model (Bora et al. 2017: a squared error and the squared length of z), here of a mask; Yeh et al. 2017
complete faces so, by a GAN. Such a z is often the only one, whatever the start. The others therefore stay as near to
the draw of the prior that they start from as the visible pixels allow: down -log p(visible x|z) + |z - start|^2 / 2.
That is the randomised maximum likelihood of Oliver, He & Reynolds 1996 without its noise on the data; with that noise,
and for a linear decoder with Gaussian noise, its results are draws of p(z|visible x), so these vary rather less.

A model that was trained to complete draws its completions instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, a_core_left
from explorer.image_lab.inpainting.masks import Hole, checked
from explorer.images import Pixels, from_unit
from explorer.inference.latent_space import Z, prior_draws
from explorer.inference.likelihood import unit_pixels
from models import Adam

if TYPE_CHECKING:
    import torch

    from models import VAE, InpaintCVAE

CHAINS, MOST_CHAINS = 16, 64
STEPS, MOST_STEPS = 200, 2000
DRAWS = 10
FREE = 1 / 4  # share of the chains that seek the most probable z, whatever their start
LR = 0.2  # of Adam, in standard deviations of z; it falls to nought along half a cosine
DIFFERENT = 0.1  # root mean square over the hole's pixels in [0, 1], from which two completions are two

Progress = Callable[[float], object]


class Spread(NamedTuple):
    """Where a model's codes lie that has no prior to say so: mean and standard deviation, [K] each."""

    mean: Z
    std: Z


@dataclass(frozen=True)
class Chains:
    """Where M chains ended: codes [M, K] or [M, K + classes], what they decode to [M, C, H, W] in [0, 1], E(z) [M].

    ``trace_nats`` [steps, M] is what each went down on the way; ``labels`` [M] are the classes that they stand in.
    """

    codes: Z
    decoded: NDArray[np.float32]
    energies_nats: NDArray[np.float64]
    trace_nats: NDArray[np.float64]
    labels: NDArray[np.int64] | None


@dataclass(frozen=True)
class Completion:
    """One way to fill the hole: the image with its visible pixels as they are, [C, H, W].

    Of an optimised one: ``decoded`` is the whole picture as decoded, ``energy_nats`` E(z), ``chains`` how many ended
    at nearly this picture. A drawn one has neither, and stands for itself.
    """

    picture: Pixels
    code: Z
    decoded: Pixels | None = None
    energy_nats: float | None = None
    label: int | None = None
    chains: int = 1


def complete(
    model: VAE,
    pixels: Pixels,
    hole: NDArray[np.generic] | None,
    chains: int = CHAINS,
    steps: int = STEPS,
    seed: int = 0,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> list[Completion]:
    """Different completions of uint8 [C, H, W] where ``hole`` [H, W] is true, lowest energy first; see ``optimise``.

    Of completions that look nearly alike (``DIFFERENT``) the one of the lowest energy stands for all.
    """
    hole = checked(hole, model.config.shape)
    found = optimise(model, pixels, hole, chains, steps, seed, spread, progress)
    return [
        Completion(
            picture=filled(pixels, hole, from_unit(found.decoded[best])),
            code=found.codes[best],
            decoded=from_unit(found.decoded[best]),
            energy_nats=float(found.energies_nats[best]),
            label=None if found.labels is None else int(found.labels[best]),
            chains=len(alike),
        )
        for best, alike in different(found, hole).items()
    ]


@a_core_left()
def optimise(
    model: VAE,
    pixels: Pixels,
    hole: NDArray[np.generic] | None,
    chains: int = CHAINS,
    steps: int = STEPS,
    seed: int = 0,
    spread: Spread | None = None,
    progress: Progress | None = None,
) -> Chains:
    """Go down from ``chains`` starts at once, with Adam, for ``steps`` steps.

    Parameters
    ----------
    chains : at least one for each class of a class-conditional model, which is tried in all its classes; the first of
        each starts at the posterior mean of the image with its hole grey, the others at draws of the prior.
    spread : of the codes of a model without a prior (an autoencoder): the draws are made there, and E(z) is
        -log p(visible x|z) alone, to which nothing pulls but the visible pixels.
    progress : told how much is done, 0 to 1.

    Raises ExplorerError when nothing or everything is hidden, sizes do not fit, or the numbers make no sense.
    """
    import torch

    check_effort(chains, steps)
    energy = Energy(model, pixels, checked(hole, model.config.shape), max(chains, classes_of(model)), spread)
    starts = energy.starts(seed)
    pulls = energy.pulls(starts)
    moved = torch.nn.Parameter(starts.clone())  # [M, K]
    adam, trace = Adam([moved], LR), []
    for step in range(steps):
        adam.set_lr(LR * (1 + math.cos(math.pi * step / steps)) / 2)
        nats = energy(moved, pulls)
        (moved.grad,) = torch.autograd.grad(nats.sum(), moved)  # of the weights no gradient is taken
        adam.step()
        trace.append(nats.detach())
        if progress:
            progress((step + 1) / steps)
    return energy.ended(moved.detach(), trace)


def check_effort(chains: int, steps: int) -> None:
    """Raise ExplorerError unless there are chains and steps, and not too many."""
    for value, most, name in ((chains, MOST_CHAINS, "chains"), (steps, MOST_STEPS, "steps")):
        if not 1 <= value <= most:
            raise ExplorerError(f"{value:,} {name} are asked for.", f"Choose a number from 1 to {most:,}.")


def classes_of(model: VAE) -> int:
    """The classes that a class-conditional model is told; 0 of other models."""
    return model.code - model.config.latent


class Energy:
    """E(z) of ``chains`` latents given the visible pixels of one image."""

    def __init__(self, model: VAE, pixels: Pixels, hole: Hole, chains: int, spread: Spread | None) -> None:
        import torch

        if pixels.shape != model.config.shape:
            raise ExplorerError(f"The image is {pixels.shape}.", f"The model takes images of {model.config.shape}.")
        self.model, self.chains, self.spread = model, chains, spread
        device = next(model.parameters()).device
        self.x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)).to(device))  # [C, H, W]
        self.hole = torch.from_numpy(hole).to(device).expand_as(self.x)
        self.visible = (~self.hole).flatten().nonzero().flatten()  # [V], into flat pixels
        self.seen = self.x.flatten()[self.visible]
        self.labels = torch.arange(chains, device=device) % classes_of(model) if classes_of(model) else None

    def __call__(self, moved: torch.Tensor, pulls: torch.Tensor | None = None) -> torch.Tensor:
        """[M, K] -> [M], nats. ``pulls`` [M, K] stand where the prior's mean is, nought."""
        params = self.model.decode_params(self.codes(moved)).flatten(1).index_select(1, self.visible)  # [M, V]
        nats = -self.model.likelihood.log_prob(params[:, None, None], self.seen)
        if self.spread is not None:
            return nats
        away = moved if pulls is None else moved - pulls
        return nats + 0.5 * (away.square().sum(1) + moved.shape[1] * math.log(2 * math.pi))

    def codes(self, moved: torch.Tensor) -> torch.Tensor:
        """What is decoded, from what is moved: in units of the spread where there is one; the classes behind it."""
        import torch
        import torch.nn.functional as F

        mean, std = self.scale(moved)
        z = moved if self.spread is None else mean + std * moved
        if self.labels is None:
            return z
        return torch.cat([z, F.one_hot(self.labels, classes_of(self.model)).to(z)], 1)

    def scale(self, like: torch.Tensor) -> tuple[torch.Tensor | float, torch.Tensor | float]:
        """Mean and standard deviation of what is drawn."""
        import torch

        if self.spread is None:
            return 0.0, 1.0
        mean, std = (torch.from_numpy(part).to(like) for part in self.spread)
        return mean, std.clamp_min(1e-6)

    def starts(self, seed: int) -> torch.Tensor:
        """[M, K]: the posterior's mean with the hole grey, once a class, then draws."""
        import torch

        drawn = torch.from_numpy(prior_draws(self.chains, self.model.config.latent, seed=seed)).to(self.x)
        labels = None if self.labels is None else self.labels[: classes_of(self.model)]
        grey = torch.where(self.hole, self.seen.mean(), self.x).expand(1 if labels is None else len(labels), -1, -1, -1)
        with torch.no_grad():
            mu = self.model.conditioned_on(grey, labels).encode(grey).mu
        mean, std = self.scale(mu)
        drawn[: len(mu)] = (mu - mean) / std
        return drawn

    def pulls(self, starts: torch.Tensor) -> torch.Tensor:
        """What the chains are drawn to, [M, K]: those that are free to the prior's mean, the others to their start."""
        free = max(1, classes_of(self.model), int(FREE * self.chains))
        pulls = starts.clone()
        pulls[:free] = 0
        return pulls

    def ended(self, moved: torch.Tensor, trace: list[torch.Tensor]) -> Chains:
        """Where the chains stand."""
        import torch

        with torch.no_grad():
            codes = self.codes(moved)
            decoded, nats = self.model.decode(codes), self(moved)
        return Chains(
            codes.cpu().numpy(),
            decoded.cpu().numpy(),
            nats.double().cpu().numpy(),
            torch.stack(trace).double().cpu().numpy(),
            None if self.labels is None else self.labels.cpu().numpy(),
        )


def different(found: Chains, hole: Hole) -> dict[int, list[int]]:
    """The chains that stand for themselves and others: each with all that look nearly like it, lowest energy first.

    Two pictures are different where they differ by a root mean square of ``DIFFERENT`` or more over the hole.
    """
    inside = found.decoded[:, :, hole].reshape(len(found.decoded), -1)  # [M, hidden values]
    groups: dict[int, list[int]] = {}
    for i in np.argsort(found.energies_nats, kind="stable").tolist():
        away = {first: float(np.sqrt(np.square(inside[first] - inside[i]).mean())) for first in groups}
        nearest = min(away, key=away.__getitem__, default=None)
        if nearest is not None and away[nearest] < DIFFERENT:
            groups[nearest].append(i)
        else:
            groups[i] = [i]
    return groups


def filled(pixels: Pixels, hole: Hole, decoded: Pixels) -> Pixels:
    """The image [C, H, W] with its hole from ``decoded``."""
    return np.where(hole, decoded, pixels)


def draw(
    model: InpaintCVAE, pixels: Pixels, hole: NDArray[np.generic] | None, n: int = DRAWS, seed: int = 0
) -> list[Completion]:
    """``n`` completions of uint8 [C, H, W] by a model that was trained to complete: draws of p(hidden | visible).

    None is more probable than another by its making, so they have no energy and no order. Raises ExplorerError as
    ``optimise``.
    """
    import torch

    hole = checked(hole, model.config.shape)
    z = torch.from_numpy(prior_draws(n, model.config.latent, seed=seed)).to(next(model.parameters()))
    x = unit_pixels(torch.from_numpy(np.ascontiguousarray(pixels)).to(z.device)).expand(n, -1, -1, -1)
    seen = torch.from_numpy(~hole).to(z).expand(n, 1, -1, -1)
    with torch.inference_mode():
        pictures = from_unit(model.under(x, seen).decode(z).cpu().numpy())
    return [
        Completion(filled(pixels, hole, picture), code) for picture, code in zip(pictures, z.cpu().numpy(), strict=True)
    ]
