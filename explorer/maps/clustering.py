"""Clustering of posterior means: k-means and HDBSCAN on mu."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NOISE = -1  # HDBSCAN's label of a point in no cluster
MAX_FITTED = 10_000  # HDBSCAN compares all pairs; further points take the cluster of the nearest fitted one
MIN_CLUSTER, MIN_CLUSTER_SHARE = 5, 0.005  # smallest cluster: points, and share of all points


def kmeans(mu: NDArray[np.float32], k: int, seed: int = 0) -> NDArray[np.int64]:
    """k-means cluster of each row of mu [N, K]: int64 [N], clusters numbered by decreasing size.

    Lloyd 1982, Least squares quantization in PCM; k-means++ initialisation. ``k`` is capped at the distinct means.
    """
    from sklearn.cluster import KMeans

    return by_size(KMeans(min(k, len(np.unique(mu, axis=0))), n_init=3, random_state=seed).fit_predict(mu))


def hdbscan(mu: NDArray[np.float32], seed: int = 0) -> NDArray[np.int64]:
    """HDBSCAN cluster of each row of mu [N, K], or ``NOISE``: int64 [N], clusters numbered by decreasing size.

    Campello, Moulavi & Sander 2013, Density-based clustering based on hierarchical density estimates.
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.neighbors import NearestNeighbors

    chosen = np.arange(len(mu))
    if len(mu) > MAX_FITTED:
        chosen = np.sort(np.random.default_rng(seed).choice(len(mu), MAX_FITTED, replace=False))
    if len(chosen) < MIN_CLUSTER:
        return np.full(len(mu), NOISE)
    smallest = max(MIN_CLUSTER, round(MIN_CLUSTER_SHARE * len(chosen)))
    fitted = HDBSCAN(min_cluster_size=smallest, min_samples=MIN_CLUSTER, copy=True).fit_predict(mu[chosen])
    if len(chosen) < len(mu):
        nearest = NearestNeighbors(n_neighbors=1).fit(mu[chosen]).kneighbors(mu, return_distance=False)[:, 0]
        fitted = fitted[nearest]
    return by_size(fitted)


def by_size(clusters: NDArray[np.integer]) -> NDArray[np.int64]:
    """Relabel clusters by decreasing size; ``NOISE`` is kept."""
    names, counts = np.unique(clusters[clusters != NOISE], return_counts=True)
    ranks = np.full(int(clusters.max(initial=0)) + 2, NOISE, np.int64)
    ranks[names[np.argsort(-counts, kind="stable")]] = np.arange(len(names))
    return np.where(clusters == NOISE, NOISE, ranks[clusters])
