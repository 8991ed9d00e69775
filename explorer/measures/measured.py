"""The value of a measure with its error and number of images, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOT_FINITE = "The model's values are not finite."


@dataclass(frozen=True)
class Measured:
    """The value of a measure, or the reason why it is absent.

    Attributes
    ----------
    value : a number, or one per latent dimension.
    n : number of images; of an importance-sampled estimate, those whose weights were drawn.
    stderr : standard error of the mean over the images; None if the value is no such mean, or that of one image.
    samples : K of an importance-sampled estimate, else 0.
    effective_samples : how many of the K draws carry the estimate, the 5 % quantile (below 20 images the least) and the
        median over the images.
    absent : why there is no value; "" if there is one.
    """

    value: float | tuple[float, ...] | None = None
    n: int = 0
    stderr: float | None = None
    samples: int = 0
    absent: str = ""
    effective_samples: tuple[float, float] | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """The value as a tuple, empty if absent."""
        if self.value is None:
            return ()
        return self.value if isinstance(self.value, tuple) else (self.value,)


def absent(reason: str) -> Measured:
    """An absent measure, with the reason."""
    return Measured(absent=reason)


def averaged(values: NDArray[np.generic], samples: int = 0) -> Measured:
    """The mean of one value per image, [N], with its standard error."""
    wide = values.astype(np.float64)
    with np.errstate(invalid="ignore"):  # an infinite value has no deviation from its mean
        stderr = float(wide.std(ddof=1)) / math.sqrt(len(wide)) if len(wide) > 1 else None
    return Measured(float(wide.mean()), len(wide), stderr, samples)


def share_of_hits(hits: NDArray[np.bool_]) -> Measured:
    """The share of hits [N], with half the width of its Wilson interval at one standard error (Wilson 1927).

    For many images that is the usual standard error; where all or none are hits it is not 0.
    """
    n, share = len(hits), float(hits.mean())
    return Measured(share, n, math.sqrt(share * (1 - share) / n + 1 / (4 * n**2)) / (1 + 1 / n))


def each_dimension(values: NDArray[np.generic], n: int) -> Measured:
    """A measure with one value per latent dimension."""
    return Measured(tuple(float(value) for value in values), n)
