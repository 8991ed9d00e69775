"""Density of the data at points in latent space, which shows where a path leaves the data.

Shapes: ``z`` [P, K]; the reference are the ``N`` posteriors of the held-out split.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import N_
from explorer.inference import Latents
from explorer.inference.latent_space import Prior

Values = NDArray[np.float64]
Own = NDArray[np.int64] | None  # for each row of z its own image in the reference, which is left out

ROWS_AT_ONCE = 256  # of z: 256 x 10,000 float64 are 20 MB
BAND_SAMPLE = 1000  # images whose values define the usual range
BAND_PERCENT = (5.0, 95.0)
LEAST_FOR_BAND = 20  # images: of fewer none lies beyond the 95th percentile


@dataclass(frozen=True)
class Scale:
    """One measure of how typical a point z is.

    Attributes
    ----------
    low_is_outside : True where low values are atypical (a density), False where high ones are (a distance).
    outside : phrase for a value outside the usual range.
    """

    title: str
    unit: str
    summary: str
    of: Callable[[Latents, Prior, NDArray[np.floating], Own], Values]
    low_is_outside: bool
    outside: str
    needs_prior: bool = False
    needs_diagonal: bool = False


def aggregate_log_density(latents: Latents, prior: Prior, z: NDArray[np.floating], own: Own = None) -> Values:
    """log q(z) in nats under the aggregate posterior q(z) = 1/N sum q(z|x_n) (Hoffman & Johnson 2016): [P].

    The exact mixture of N diagonal normal distributions; undefined for an autoencoder and where posteriors are others.
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


def nearest_distance(latents: Latents, prior: Prior, z: NDArray[np.floating], own: Own = None) -> Values:
    """The Euclidean distance to the nearest posterior mean of the images: [P]."""
    from scipy.spatial.distance import cdist

    return by_rows(lambda rows, own: without(cdist(rows, latents.mu), own).min(1), z, own)


def without(values: Values, own: Own) -> Values:
    """The distances [rows, N] with infinity for each row's own image."""
    if own is not None:
        values[np.arange(len(values)), own] = np.inf
    return values


def by_rows(function: Callable[[Values, Own], Values], z: NDArray[np.floating], own: Own) -> Values:
    """Apply ``function`` to ``ROWS_AT_ONCE`` rows of z at a time."""
    parts = [slice(first, first + ROWS_AT_ONCE) for first in range(0, len(z), ROWS_AT_ONCE)]
    rows = np.asarray(z, np.float64)
    return np.concatenate([function(rows[part], None if own is None else own[part]) for part in parts])


def prior_log_density(latents: Latents, prior: Prior, z: NDArray[np.floating], own: Own = None) -> Values:
    """log p(z) in nats: [P]; independent of the images."""
    return prior.log_densities(z)


SCALES: dict[str, Scale] = {
    "density": Scale(
        N_("Density"), "log q(z), nats", N_("q is the mixture of the posteriors of all test images"),
        aggregate_log_density, low_is_outside=True, outside=N_("emptier there than around 95 % of the test images"),
        needs_prior=True, needs_diagonal=True,
    ),
    "nearest": Scale(
        N_("Nearest image"), N_("distance in z"), N_("Euclidean, to the nearest posterior mean μ of a test image"),
        nearest_distance, low_is_outside=False,
        outside=N_("farther from any image than 95 % of the test images are"),
    ),
    "prior": Scale(
        N_("Prior"), "log p(z), nats", N_("p is the prior, N(0, I) unless the model learns it"),
        prior_log_density, low_is_outside=True,
        outside=N_("less probable there than 95 % of the test images are"), needs_prior=True,
    ),
}  # fmt: skip


def scales_for(latents: Latents) -> list[str]:
    """The names of ``SCALES`` that are defined for these codes.

    An autoencoder has neither density nor prior; the mixture of posteriors in two levels has no density in closed form.
    """
    return [
        name
        for name, scale in SCALES.items()
        if (latents.has_kl or not scale.needs_prior) and (latents.diagonal or not scale.needs_diagonal)
    ]


def usual_range(name: str, latents: Latents, prior: Prior) -> tuple[float, float] | None:
    """The central 90 % of a scale at the split's own posterior means, leave-one-out: its lower and upper end.

    Estimated from a seeded sample of ``BAND_SAMPLE`` images; None below ``LEAST_FOR_BAND``.
    """
    if len(latents) < LEAST_FOR_BAND:
        return None
    chosen = np.random.default_rng(0).choice(len(latents), min(BAND_SAMPLE, len(latents)), replace=False)
    low, high = np.percentile(SCALES[name].of(latents, prior, latents.mu[chosen], chosen), BAND_PERCENT)
    return float(low), float(high)


def without_images(latents: Latents, numbers: NDArray[np.int64]) -> Latents:
    """The latents without the images ``numbers``, so that a path between these is not compared with itself."""
    return latents.at(np.setdiff1d(np.arange(len(latents)), numbers))
