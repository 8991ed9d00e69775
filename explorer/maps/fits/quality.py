"""Quality of a map: trustworthiness, neighbour preservation, class agreement, and each for a shuffled control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import too_few
from explorer.base.languages import N_
from explorer.maps.fits import Means, Points
from explorer.maps.fits.neighbours import without_self

QUALITY_NEIGHBOURS = 10
LEAST_POINTS = 2 * QUALITY_NEIGHBOURS + 1  # trustworthiness is defined for neighbourhoods of less than half the points
QUALITY_SAMPLE = 5_000  # points whose neighbourhoods (among all points) are evaluated; a random sample of more points
SHUFFLED_SAMPLE = 1_000  # of these, for the shuffled control
DISTANCES_AT_ONCE = 8_000_000  # distances held in memory
PLANE_NOTE = N_(
    "The latent space has no more dimensions than the map: trustworthiness near 1 is no achievement then, and says "
    "only that nothing far apart was brought together. How many neighbours were separated, the neighbours kept tell."
)


@dataclass(frozen=True)
class Quality:
    """Quality measures of one map, each from 0 to 1; of 10 neighbours.

    Attributes
    ----------
    n : points evaluated: all, or a seeded sample of ``QUALITY_SAMPLE``.
    latent : dimensions of latent space.
    trustworthiness : of Venna & Kaski 2001: 1 where no map neighbour is far in latent space.
    neighbour_preservation : the share of a point's nearest in latent space that are among its nearest on the map.
    knn_mu, knn_map : the share of a point's nearest, in latent space and on the map, with its class; None without
        classes.
    shuffled, preservation_shuffled, knn_shuffled : trustworthiness, ``neighbour_preservation`` and ``knn_map`` of the
        map with its points randomly permuted: the baseline of a map without information.
    *_stderr : standard errors over the images of a split, for this model and this map (``mean_over_neighbours``).
    """

    n: int
    latent: int
    trustworthiness: float
    trustworthiness_stderr: float
    shuffled: float
    neighbour_preservation: float
    neighbour_preservation_stderr: float
    preservation_shuffled: float
    knn_mu: float | None
    knn_mu_stderr: float | None
    knn_map: float | None
    knn_map_stderr: float | None
    knn_shuffled: float | None

    @property
    def unknown(self) -> str:
        """Why these say nothing; "" where there are points enough."""
        return too_few(self.n, LEAST_POINTS, "point")

    def with_error(self, name: str) -> tuple[float, float]:
        """The measure ``name``, which is not None, and its standard error."""
        return getattr(self, name), getattr(self, f"{name}_stderr")

    @property
    def trust_note(self) -> str:
        """What trustworthiness means where latent space has no more dimensions than the map; "" where it has more."""
        return PLANE_NOTE if self.latent <= 2 else ""


def quality_of(mu: Means, points: Points, labels: NDArray[np.int64] | None, seed: int = 0) -> Quality:
    """Quality of the map ``points`` [N, 2] of ``mu`` [N, K]; distances in latent space are Euclidean."""
    rng = np.random.default_rng(seed)
    n, k = len(mu), min(QUALITY_NEIGHBOURS, (len(mu) - 1) // 2)
    chosen = rng.choice(n, min(n, QUALITY_SAMPLE), replace=False)
    on_map = map_neighbours(points, chosen, k)
    in_mu, ranks = latent_neighbours_and_ranks(mu, chosen, on_map)
    control = chosen[:SHUFFLED_SAMPLE]
    on_mixed = map_neighbours(points[rng.permutation(n)], control, k)
    mixed_ranks = latent_neighbours_and_ranks(mu, control, on_mixed)[1]
    trust, trust_stderr = mean_over_neighbours(trusted(ranks, n), on_map, chosen, n)
    kept, kept_stderr = mean_over_neighbours(ranks <= k, on_map, chosen, n)
    agree_mu, agree_mu_stderr = class_agreement(labels, in_mu, chosen)
    agree_map, agree_map_stderr = class_agreement(labels, on_map, chosen)
    return Quality(
        n=len(chosen),
        latent=mu.shape[1],
        trustworthiness=trust,
        trustworthiness_stderr=trust_stderr,
        shuffled=float(trusted(mixed_ranks, n).mean()),
        neighbour_preservation=kept,
        neighbour_preservation_stderr=kept_stderr,
        preservation_shuffled=float((mixed_ranks <= k).mean()),
        knn_mu=agree_mu,
        knn_mu_stderr=agree_mu_stderr,
        knn_map=agree_map,
        knn_map_stderr=agree_map_stderr,
        knn_shuffled=class_agreement(labels, on_mixed, control)[0],
    )


def map_neighbours(points: Points, chosen: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The ``k`` nearest other points on the map of each of ``chosen`` [C]: [C, k]."""
    from scipy.spatial import KDTree

    _, found = KDTree(points).query(points[chosen], k + 1)
    return without_self(found, chosen)


def latent_neighbours_and_ranks(
    mu: Means, chosen: NDArray[np.int64], group: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The k nearest in latent space of each of ``chosen`` [C], and the latent ranks of ``group`` [C, k]: [C, k] both.

    Rank 1 is the nearest other point.
    """
    k, squares = group.shape[1], np.square(mu).sum(1)
    found, ranks = np.empty_like(group), np.empty_like(group)
    size = max(1, DISTANCES_AT_ONCE // len(mu))
    for start in range(0, len(chosen), size):
        part = slice(start, start + size)
        rows = chosen[part]
        distances = squares - 2 * mu[rows] @ mu.T  # [B, N], squared distances up to a constant per row
        distances[np.arange(len(rows)), rows] = np.inf
        found[part] = np.argpartition(distances, k, axis=1)[:, :k]
        limits = np.take_along_axis(distances, group[part], axis=1)  # [B, k]
        nearer = [[np.count_nonzero(row < limit) for limit in own] for row, own in zip(distances, limits, strict=True)]
        ranks[part] = 1 + np.array(nearer)
    return found, ranks


def trusted(ranks: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """What map neighbours of latent ranks [C, k] among ``n`` points add to trustworthiness, their mean: [C, k]."""
    k = ranks.shape[1]
    worst = (2 * n - 3 * k - 1) / 2
    return 1 - np.maximum(ranks - k, 0) / worst


def class_agreement(
    labels: NDArray[np.int64] | None, neighbours: NDArray[np.int64], chosen: NDArray[np.int64]
) -> tuple[float, float] | tuple[None, None]:
    """The mean share of ``neighbours`` [C, k] with their point's class, and its standard error; None without labels."""
    if labels is None:
        return None, None
    return mean_over_neighbours(labels[neighbours] == labels[chosen][:, None], neighbours, chosen, len(labels))


def mean_over_neighbours(
    values: NDArray[np.floating | np.bool_], neighbours: NDArray[np.int64], chosen: NDArray[np.int64], n: int
) -> tuple[float, float]:
    """The mean of ``values`` [C, k] of the ``neighbours`` of ``chosen`` [C] among ``n`` points, and its standard error.

    By the infinitesimal jackknife over the ``n`` points (Efron 1982): a point counts by the mean of its own neighbours
    and, as a neighbour of others, by how far its value differs from their means. The deviation of the points' means
    over the root of C neglects the second and is too small, since points share neighbours: between ten disjoint parts
    of the test images of five shipped runs the measures varied 1.0 to 1.6 times as much as it says, and 0.7 to 1.1
    times as much as this one says, which errs on the wide side, most of all for ``neighbour_preservation``.
    """
    own = values.mean(1, dtype=np.float64)  # [C]
    influence = np.bincount(neighbours.ravel(), ((values - own[:, None]) / values.shape[1]).ravel(), n)  # [n]
    influence[chosen] += own - own.mean()
    return float(own.mean()), float(np.sqrt(np.square(influence).sum())) / len(chosen)
