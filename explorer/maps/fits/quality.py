"""How far a map can be trusted: neighbours kept, classes kept, and the same of points that were shuffled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.maps.fits.neighbours import others
from explorer.maps.fits.options import Means, Points

NEIGHBOURS = 10
SAMPLE = 5_000  # points whose neighbourhoods are judged, among all points; drawn at random where there are more
CONTROL = 1_000  # of them, for the shuffled control
BLOCK = 8_000_000  # distances held at once


@dataclass(frozen=True)
class Quality:
    """Figures of one map, each from 0 to 1, over ``n`` of its points (all, or a seeded sample of ``SAMPLE``).

    ``trustworthiness``: how few strangers stand among a point's 10 neighbours on the map (Venna and Kaski 2001).
    ``knn_mu``, ``knn_map``: the share of a point's 10 nearest, in latent space and on the map, that have its class;
    None without classes. ``shuffled``, ``knn_shuffled``: the same of the map with its points exchanged at random,
    which is what a map worth nothing reaches.
    """

    n: int
    trustworthiness: float
    shuffled: float
    knn_mu: float | None
    knn_map: float | None
    knn_shuffled: float | None


def quality_of(mu: Means, points: Points, labels: NDArray[np.int64] | None, seed: int = 0) -> Quality:
    """Measure a map of ``mu`` [N, K] at ``points`` [N, 2]; distances in latent space are Euclidean."""
    rng = np.random.default_rng(seed)
    n, k = len(mu), min(NEIGHBOURS, (len(mu) - 1) // 2)
    chosen = rng.choice(n, min(n, SAMPLE), replace=False)
    on_map = nearest(points, chosen, k)
    in_mu, ranks = ranked(mu, chosen, on_map)
    control = chosen[:CONTROL]
    on_mixed = nearest(points[rng.permutation(n)], control, k)
    return Quality(
        n=len(chosen),
        trustworthiness=trust(ranks, n),
        shuffled=trust(ranked(mu, control, on_mixed)[1], n),
        knn_mu=agreement(labels, chosen, in_mu),
        knn_map=agreement(labels, chosen, on_map),
        knn_shuffled=agreement(labels, control, on_mixed),
    )


def nearest(points: Points, chosen: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The ``k`` nearest other points on the map of each chosen one, [len(chosen), k]."""
    from scipy.spatial import KDTree

    _, found = KDTree(points).query(points[chosen], k + 1)
    return others(found, chosen)


def ranked(
    mu: Means, chosen: NDArray[np.int64], group: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The k nearest in latent space of each chosen point, and the ranks there of the members of ``group``: [C, k] both.

    A rank counts from 1, the nearest other point.
    """
    k, squares = group.shape[1], np.square(mu).sum(1)
    found, ranks = np.empty_like(group), np.empty_like(group)
    size = max(1, BLOCK // len(mu))
    for start in range(0, len(chosen), size):
        part = slice(start, start + size)
        rows = chosen[part]
        distances = squares - 2 * mu[rows] @ mu.T  # [B, N], squared but for a constant a row
        distances[np.arange(len(rows)), rows] = np.inf
        found[part] = np.argpartition(distances, k, axis=1)[:, :k]
        limits = np.take_along_axis(distances, group[part], axis=1)  # [B, k]
        nearer = [[np.count_nonzero(row < limit) for limit in own] for row, own in zip(distances, limits, strict=True)]
        ranks[part] = 1 + np.array(nearer)
    return found, ranks


def trust(ranks: NDArray[np.int64], n: int) -> float:
    """Trustworthiness of k map neighbours with these ranks in latent space, [C, k], among ``n`` points."""
    k = ranks.shape[1]
    worst = k * (2 * n - 3 * k - 1) / 2
    return float(1 - np.maximum(ranks - k, 0).sum(1).mean() / worst)


def agreement(
    labels: NDArray[np.int64] | None, chosen: NDArray[np.int64], neighbours: NDArray[np.int64]
) -> float | None:
    """The mean share of ``neighbours`` [C, k] with the class of their point."""
    return None if labels is None else float((labels[neighbours] == labels[chosen][:, None]).mean())
