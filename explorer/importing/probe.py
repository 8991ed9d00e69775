"""Which conventions a model was trained with, found by trial: the reading that reconstructs images best."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.images import Pixels, to_picture, to_pixels
from explorer.importing.conventions import pixel_scale

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models import VAE

MOST_ROWS = 12
MOST_VALUES = 2_000_000  # pixels in all that are tried
MOST_IMAGES = 64
MADE_IMAGES = 32
NEAR_1, FAR_FROM_1 = 0.05, 0.1  # of the second moment
BLOBS = 4  # random values along each side of a made image, before it is enlarged


@dataclass(frozen=True)
class Reading:
    """One way to read a model, in the words of ``Conventions``; the places are of the encoder's outputs."""

    pixels: str
    posterior: str
    output: str
    places: tuple[int, int] = (0, 1)

    def options(self, likelihood: str) -> dict[str, Any]:
        """The options of a model that is read so, among those of ``models.OnnxVAE``."""
        shift, scale = pixel_scale(self.pixels)
        pair, _sep, split = self.posterior.partition(":")
        takes_logits = "bernoulli" in likelihood
        output = {"logits": "params" if takes_logits else "sigmoid"}.get(
            self.output, "logits" if takes_logits else "params"
        )
        return {
            "shift": shift, "scale": scale, "rescaled": self.output == "pixels", "output": output,
            "spread": pair.partition(",")[2] or "none", "split": split or "outputs", "places": self.places,
        }  # fmt: skip

    @property
    def as_pictures(self) -> tuple[Any, ...]:
        """What reconstructions depend on: everything but the kind of the spread."""
        return self.pixels, self.posterior.partition(":")[2], self.output, self.places


@dataclass(frozen=True)
class Tried:
    """What a reading gave.

    Attributes
    ----------
    mse : the mean squared error of the reconstructions, pixels in [0, 1].
    second_moment : E[mu^2 + sigma^2], which is 1 where the codes follow the prior.
    wide : whether every sigma is at least 1: a posterior is rarely wider than the prior.
    """

    reading: Reading
    mse: float
    second_moment: float
    wide: bool

    @property
    def rank(self) -> tuple[float, bool, int]:
        """The smaller, the better: by the error, then by how far the posterior is from a plausible one."""
        return self.mse, self.wide, self.doubt

    @property
    def doubt(self) -> int:
        """How little the second moment speaks for this kind of spread.

        log sigma^2 is the usual one. It and log sigma change the moment by a quarter at most, and few images measure it
        roughly; log sigma is believed only where it alone brings the moment near 1.
        """
        off = abs(self.second_moment - 1)
        if self.reading.posterior.startswith("mu,log_sigma"):
            return 1 if off <= NEAR_1 else 3
        return 2 if self.reading.posterior.startswith("mu,logvar") and off > FAR_FROM_1 else 0

    def row(self) -> dict[str, Any]:
        """For the table that a page shows."""
        return asdict(self.reading) | {"mse": self.mse, "second_moment": self.second_moment}


def all_readings(
    pixels: Sequence[str], posteriors: Sequence[tuple[str, tuple[int, int]]], outputs: Sequence[str]
) -> list[Reading]:
    """Every combination once; on [0, 1] the encoder's scale is that of probabilities."""
    found = []
    for scale, (posterior, places), output in itertools.product(pixels, posteriors, outputs):
        same = output == "pixels" and scale == "0,1" and "probabilities" in outputs
        if not same:
            found.append(Reading(scale, posterior, output, places))
    return found


def ranked(readings: Sequence[Reading], build: Callable[[Reading], VAE], x: Tensor) -> list[Tried]:
    """The readings by their error on the images x [N, C, H, W] in [0, 1], the best first.

    The kind of the spread leaves the reconstruction of mu as it is; it is told by ``Tried.rank``. Raises ExplorerError
    where none gives finite numbers.
    """
    tried = [result for reading in readings if finite(result := trial(reading, build(reading), x))]
    if not tried:
        raise ExplorerError(
            _("The model returns NaN or infinite numbers however it is read."),
            _("Train it again; or say another --posterior: a spread that is negative is no sigma."),
        )
    return sorted(tried, key=lambda result: result.rank)


def trial(reading: Reading, model: VAE, x: Tensor) -> Tried:
    """What the model makes of the images x when it is read so."""
    import torch

    with torch.inference_mode():
        mu, logvar = model.encode(x)
        error = (model.decode(mu) - x).square().mean()
        moment = (mu.square() + logvar.exp()).mean()
    return Tried(reading, float(error), float(moment), bool((logvar >= 0).all()))


def finite(result: Tried) -> bool:
    """Whether both of its numbers are."""
    return math.isfinite(result.mse) and math.isfinite(result.second_moment)


def remembered(network: nn.Module) -> nn.Module:
    """The network, which computes the outputs of equal inputs once: most readings share some."""
    from torch import nn

    class Remembered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.known: dict[tuple[Any, ...], Any] = {}

        def forward(self, x: Tensor) -> Any:
            key = (tuple(x.shape), x.contiguous().numpy().tobytes())
            if key not in self.known:
                self.known[key] = network(x)
            return self.known[key]

    return Remembered()


def fitted(pixels: Pixels, shape: tuple[int, int, int]) -> Tensor:
    """Some of the images, uint8 [N, C, H, W], at the model's shape, as floats in [0, 1]."""
    import torch

    most = max(1, min(MOST_IMAGES, MOST_VALUES // math.prod(shape)))
    chosen = np.stack([to_pixels(to_picture(picture), shape) for picture in pixels[:most]])
    return torch.from_numpy(chosen).float() / 255


def made_images(shape: tuple[int, int, int]) -> Tensor:
    """Smooth random images in [0, 1], for want of the user's."""
    import torch
    from torch.nn.functional import interpolate

    n = max(1, min(MADE_IMAGES, MOST_VALUES // math.prod(shape)))
    coarse = torch.rand(n, shape[0], BLOBS, BLOBS, generator=torch.Generator().manual_seed(0))
    return interpolate(coarse, shape[1:], mode="bicubic", align_corners=False).clamp(0, 1)
