"""Quality of a map: trustworthiness, neighbour class agreement, and both for a shuffled control."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import too_few
from explorer.maps.fits import Means, Points
from explorer.maps.fits.neighbours import without_self

QUALITY_NEIGHBOURS = 10
LEAST_POINTS = 2 * QUALITY_NEIGHBOURS + 1  # trustworthiness is defined for neighbourhoods of less than half the points
QUALITY_SAMPLE = 5_000  # points whose neighbourhoods (among all points) are evaluated; a random sample of more points
SHUFFLED_SAMPLE = 1_000  # of these, for the shuffled control
DISTANCES_AT_ONCE = 8_000_000  # distances held in memory


@dataclass(frozen=True)
class Quality:
    """Quality measures of one map, each from 0 to 1.

    Attributes
    ----------
    n : points evaluated: all, or a seeded sample of ``QUALITY_SAMPLE``.
    trustworthiness : of Venna & Kaski 2001, with 10 neighbours: 1 where no map neighbour is far in latent space.
    knn_mu, knn_map : the share of a point's 10 nearest, in latent space and on the map, with its class; None without
        classes.
    shuffled, knn_shuffled : trustworthiness and ``knn_map`` of the map with its points randomly permuted: the baseline
        of a map without information.
    """

    n: int
    trustworthiness: float
    shuffled: float
    knn_mu: float | None
    knn_map: float | None
    knn_shuffled: float | None

    @property
    def unknown(self) -> str:
        """Why these say nothing; "" where there are points enough."""
        return too_few(self.n, LEAST_POINTS, "point")


def quality_of(mu: Means, points: Points, labels: NDArray[np.int64] | None, seed: int = 0) -> Quality:
    """Quality of the map ``points`` [N, 2] of ``mu`` [N, K]; distances in latent space are Euclidean."""
    rng = np.random.default_rng(seed)
    n, k = len(mu), min(QUALITY_NEIGHBOURS, (len(mu) - 1) // 2)
    chosen = rng.choice(n, min(n, QUALITY_SAMPLE), replace=False)
    on_map = map_neighbours(points, chosen, k)
    in_mu, ranks = latent_neighbours_and_ranks(mu, chosen, on_map)
    control = chosen[:SHUFFLED_SAMPLE]
    on_mixed = map_neighbours(points[rng.permutation(n)], control, k)
    return Quality(
        n=len(chosen),
        trustworthiness=trustworthiness_of(ranks, n),
        shuffled=trustworthiness_of(latent_neighbours_and_ranks(mu, control, on_mixed)[1], n),
        knn_mu=class_agreement(labels, chosen, in_mu),
        knn_map=class_agreement(labels, chosen, on_map),
        knn_shuffled=class_agreement(labels, control, on_mixed),
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


def trustworthiness_of(ranks: NDArray[np.int64], n: int) -> float:
    """Trustworthiness of map neighbours with latent ranks [C, k] among ``n`` points (Venna & Kaski 2001)."""
    k = ranks.shape[1]
    worst = k * (2 * n - 3 * k - 1) / 2
    return float(1 - np.maximum(ranks - k, 0).sum(1).mean() / worst)


def class_agreement(
    labels: NDArray[np.int64] | None, chosen: NDArray[np.int64], neighbours: NDArray[np.int64]
) -> float | None:
    """The mean share of ``neighbours`` [C, k] with the class of their point; None without labels."""
    return None if labels is None else float((labels[neighbours] == labels[chosen][:, None]).mean())
