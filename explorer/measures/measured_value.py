"""The value of a measure with its error and number of images, or the reason why there is none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import N_
from explorer.measures.provenance import Provenance

NOT_FINITE = N_("The model's values are not finite.")
RESAMPLES = 50  # of a bootstrap: its standard error is then known to a tenth
NAMED_FROM = 0.1  # a dimension's share of a factor that it is named by
MOVED_FROM = 0.25  # and that factor's part in all that the dimension moves
GROUPS = 10  # of a jackknife: its standard error is then known to a quarter


@dataclass(frozen=True)
class Measured:
    """The value of a measure, or the reason why it is absent.

    Attributes
    ----------
    value : a number, or one per latent dimension.
    n : number of images; of an importance-sampled estimate, those whose weights were drawn.
    stderr : standard error of the value, one per dimension where it is one; None if it is not estimated.
    samples : K of an importance-sampled estimate, else 0.
    effective_samples : how many of the K draws carry the estimate, the 5 % quantile (below 20 images the least) and the
        median over the images.
    absent : why there is no value; "" if there is one.
    beside : other figures of the same images, by their names in JSON.
    by_factor : of a measure of codes and factors what it is made of: for each factor a number for each dimension.
    provenance : when and with what it was measured; None if it follows from stored latents, and of earlier versions.
    """

    value: float | tuple[float, ...] | None = None
    n: int = 0
    stderr: float | tuple[float, ...] | None = None
    samples: int = 0
    absent: str = ""
    effective_samples: tuple[float, float] | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    provenance: Provenance | None = None
    by_factor: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @property
    def values(self) -> tuple[float, ...]:
        """The value as a tuple, empty if absent."""
        return as_tuple(self.value)

    @property
    def errors(self) -> tuple[float, ...]:
        """The standard error as a tuple, empty if there is none."""
        return as_tuple(self.stderr)

    def moved_factors(self, dim: int) -> str:
        """The factors that a dimension moves by ``by_factor``, most first, with its share: "x (0.36), y (0.18)".

        Those of which it has ``NAMED_FROM`` or more, and that are ``MOVED_FROM`` or more of all that it has.
        """
        least = max(NAMED_FROM, MOVED_FROM * sum(row[dim] for row in self.by_factor.values()))
        shares = sorted(((row[dim], name) for name, row in self.by_factor.items() if row[dim] >= least), reverse=True)
        return ", ".join(f"{name} ({share:.2f})" for share, name in shares)


def as_tuple(value: float | tuple[float, ...] | None) -> tuple[float, ...]:
    """One number or several as a tuple; empty for None."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def absent(reason: str) -> Measured:
    """An absent measure, with the reason."""
    return Measured(absent=reason)


def averaged(values: NDArray[np.generic], samples: int = 0) -> Measured:
    """The mean of one value per image, [N], with its standard error."""
    wide = values.astype(np.float64)
    stderr = float(stderr_of_mean(wide)) if len(wide) > 1 else None
    return Measured(float(wide.mean()), len(wide), stderr, samples)


def stderr_of_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard error of the mean over the images, of values [N, ...], N at least 2: [...]."""
    with np.errstate(invalid="ignore"):  # an infinite value has no deviation from its mean
        return np.asarray(values.std(0, ddof=1) / math.sqrt(len(values)))


def share_of_hits(hits: NDArray[np.bool_]) -> Measured:
    """The share of hits [N], with half the width of its Wilson interval at one standard error (Wilson 1927).

    For many images that is the usual standard error; where all or none are hits it is not 0.
    """
    n, share = len(hits), float(hits.mean())
    return Measured(share, n, math.sqrt(share * (1 - share) / n + 1 / (4 * n**2)) / (1 + 1 / n))


def each_dimension(values: NDArray[np.generic], n: int, stderr: NDArray[np.generic] | None = None) -> Measured:
    """A measure with one value per latent dimension, [K], and their standard errors."""
    return Measured(floats(values), n, None if stderr is None else floats(stderr))


def averaged_dimensions(values: NDArray[np.generic]) -> Measured:
    """The mean over the images of values [N, K], with its standard errors."""
    wide = values.astype(np.float64)
    return each_dimension(wide.mean(0), len(wide), stderr_of_mean(wide) if len(wide) > 1 else None)


def floats(values: NDArray[np.generic]) -> tuple[float, ...]:
    """An array as Python floats."""
    return tuple(float(value) for value in values)


def bootstrap_stderr(
    statistic: Callable[[NDArray[np.int64]], float | NDArray[np.float64]], n: int, resamples: int = RESAMPLES
) -> NDArray[np.float64]:
    """Bootstrap standard error of a statistic of n images (Efron 1979), with the shape of its value.

    ``statistic`` takes the numbers of the images in a resample, [n].
    """
    rng = np.random.default_rng(0)
    found = np.array([statistic(rng.integers(n, size=n)) for _ in range(resamples)], np.float64)
    return np.asarray(found.std(0, ddof=1))


def jackknife_stderr(statistic: Callable[[NDArray[np.int64]], float], n: int, groups: int = GROUPS) -> float:
    """Delete-a-group jackknife standard error of a statistic of n images (Kott 2001).

    For statistics that a bootstrap distorts, since an image that is there twice lies on both sides of a division.
    ``statistic`` takes the numbers of the images that are left, ascending.
    """
    group = np.random.default_rng(0).permutation(n) % groups
    found = np.array([statistic(np.flatnonzero(group != one)) for one in range(groups)], np.float64)
    return float(np.sqrt((groups - 1) * found.var()))
