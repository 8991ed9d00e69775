"""How usual a place in latent space is: what shows that a path leads through a hole.

Shapes: ``z`` [P, K]; the held-out split's posteriors, ``N`` of them, are the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.inference import Latents
from explorer.inference.latent_space import prior_log_densities

Values = NDArray[np.float64]
Own = NDArray[np.int64] | None  # for each row of z the image of the reference that does not count: its own

ROWS = 256  # of z that are worked on at once: 256 x 10,000 float64 are 20 MB
SAMPLE = 1000  # images whose values make the band
BAND_PERCENT = (5.0, 95.0)


@dataclass(frozen=True)
class Scale:
    """One measure of how usual a z is. ``low_is_a_hole``: it falls where nothing lies, else it grows.

    ``outside`` says what it means to lie beyond what is usual.
    """

    title: str
    unit: str
    summary: str
    of: Callable[[Latents, NDArray[np.floating], Own], Values]
    low_is_a_hole: bool
    outside: str
    needs_prior: bool = False


def aggregate_log_density(latents: Latents, z: NDArray[np.floating], own: Own = None) -> Values:
    """log q(z) in nats, q the aggregate posterior 1/N sum q(z|x_n) of the images (Hoffman & Johnson 2016): [P].

    The exact mixture of their N diagonal normal distributions, so it means nothing where the codes are points.
    """
    from scipy.special import logsumexp

    mu, logvar = latents.mu.astype(np.float64), latents.values.logvar.astype(np.float64)
    precision = np.exp(-logvar)
    constant = (mu**2 * precision + logvar + math.log(2 * math.pi)).sum(1)  # [N]

    def log_sums(rows: Values, own: Own) -> Values:
        squares = rows**2 @ precision.T - 2 * rows @ (mu * precision).T + constant  # [rows, N]
        logs = -0.5 * without(squares, own)
        return logsumexp(logs, 1) - math.log(len(mu) - (own is not None))

    return by_rows(log_sums, z, own)


def nearest_distance(latents: Latents, z: NDArray[np.floating], own: Own = None) -> Values:
    """The Euclidean distance to the nearest posterior mean of the images: [P]."""
    from scipy.spatial.distance import cdist

    return by_rows(lambda rows, own: without(cdist(rows, latents.mu), own).min(1), z, own)


def without(values: Values, own: Own) -> Values:
    """The values [rows, N] with infinity, as if infinitely far, for each row's own image."""
    if own is not None:
        values[np.arange(len(values)), own] = np.inf
    return values


def by_rows(function: Callable[[Values, Own], Values], z: NDArray[np.floating], own: Own) -> Values:
    """Some rows of z at a time."""
    parts = [slice(first, first + ROWS) for first in range(0, len(z), ROWS)]
    rows = np.asarray(z, np.float64)
    return np.concatenate([function(rows[part], None if own is None else own[part]) for part in parts])


def prior(latents: Latents, z: NDArray[np.floating], own: Own = None) -> Values:
    """log N(z; 0, I) in nats, whatever the images: [P]."""
    return prior_log_densities(z)


SCALES: dict[str, Scale] = {
    "density": Scale(
        "Density", "log q(z), nats", "q is the mixture of the posteriors of all test images",
        aggregate_log_density, low_is_a_hole=True, outside="emptier there than around 95 % of the test images",
        needs_prior=True,
    ),
    "nearest": Scale(
        "Nearest image", "distance in z", "Euclidean, to the nearest posterior mean μ of a test image",
        nearest_distance, low_is_a_hole=False, outside="farther from any image than 95 % of the test images are",
    ),
    "prior": Scale(
        "Prior", "log p(z), nats", "p is N(0, I), which every z is drawn from where none is given",
        prior, low_is_a_hole=True, outside="less probable there than 95 % of the test images are", needs_prior=True,
    ),
}  # fmt: skip


def scales_for(latents: Latents) -> list[str]:
    """The names of those that mean something for these codes: without a KL there is neither density nor prior."""
    return [name for name, scale in SCALES.items() if latents.has_kl or not scale.needs_prior]


def usual(name: str, latents: Latents) -> tuple[float, float]:
    """Between what the middle 90 % of the split's own means lie on one of ``SCALES``, each without its own image.

    Of a seeded sample of ``SAMPLE``.
    """
    chosen = np.random.default_rng(0).choice(len(latents), min(SAMPLE, len(latents)), replace=False)
    low, high = np.percentile(SCALES[name].of(latents, latents.mu[chosen], chosen), BAND_PERCENT)
    return float(low), float(high)


def others(latents: Latents, numbers: NDArray[np.int64]) -> Latents:
    """The split without some of its images, so that a path between them is not near to itself."""
    return latents.at(np.setdiff1d(np.arange(len(latents)), numbers))
