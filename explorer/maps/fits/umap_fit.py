"""UMAP with access to its intermediate points, and its transform without a stored model.

McInnes et al. 2018, UMAP: Uniform Manifold Approximation and Projection. The steps are those of umap-learn's
``UMAP.fit`` and ``UMAP.transform``, by its own functions.
"""

from __future__ import annotations

import contextlib
import warnings
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.maps.fits.fit_callback import IterationReader, Stopped, Watch, as_points
from explorer.maps.fits.options import (
    EXACT_BELOW,
    MapOptions,
    Means,
    Points,
    affinity_neighbours,
    in_metric,
    neighbour_algorithm,
)

SPREAD, MIN_DIST = 1.0, 0.1  # umap-learn's defaults, as all numbers here
START_WIDTH = 10.0  # extent of the initial points
LARGE = 10_000  # points; beyond it fewer epochs suffice
EPOCHS, EPOCHS_OF_LARGE = 500, 200
TRANSFORM_EPOCHS = 100
TRANSFORM_RATE = 0.25  # of the fit's learning rate: out-of-sample points make few, local steps
NEGATIVES = 5  # negative samples per edge
NARROWEST = 1e-3  # smallest width of a neighbourhood, in mean distances of the neighbours
HALVINGS = 40  # of the bisection for that width


def umap_module() -> ModuleType:
    """umap-learn, imported without its warning about TensorFlow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        import umap.layouts
        import umap.umap_
    return umap


def fit_umap(mu: Means, options: MapOptions, start: Points, watch: Watch | None) -> Points:
    """UMAP of means [N, K] from initial points ``start`` [N, 2]; on one thread, so that the seed determines it."""
    graph = graph_of(mu, options).tocoo()
    epochs = EPOCHS if len(mu) <= LARGE else EPOCHS_OF_LARGE
    graph.data[graph.data < graph.data.max() / epochs] = 0
    graph.eliminate_zeros()
    points = START_WIDTH * (start - start.min(0)) / np.ptp(start, 0)  # [N, 2]
    points = np.ascontiguousarray(points, np.float32)
    steps = {"file": IterationReader(watch, r"(\d+)/(\d+)", shown=points), "disable": False, "mininterval": 0}
    with contextlib.suppress(Stopped):  # stopped early: the current points are the result
        edges = graph.row, graph.col, graph.data
        optimize(points, points, *edges, epochs, options.seed, move_other=True, tqdm_kwds=steps)
    return as_points(points)


def graph_of(mu: Means, options: MapOptions) -> Any:
    """The fuzzy simplicial set of means [N, K], sparse [N, N]; neighbours are exact below ``EXACT_BELOW`` points."""
    from sklearn.neighbors import NearestNeighbors

    (data, metric), k = in_metric(mu, options.metric), affinity_neighbours(len(mu), options)
    found = {}
    if len(mu) < EXACT_BELOW:  # a point is its own first neighbour here
        index = NearestNeighbors(algorithm=neighbour_algorithm(data), metric=metric, n_jobs=-1).fit(data)
        distances, indices = index.kneighbors(data, k)
        found = {"knn_indices": indices, "knn_dists": distances.astype(np.float32)}
    seed = np.random.RandomState(options.seed)
    return umap_module().umap_.fuzzy_simplicial_set(data, k, seed, metric, **found)[0]


def optimize(
    points: Points,
    others: Points,
    head: NDArray[np.integer],
    tail: NDArray[np.integer],
    weights: NDArray[np.floating],
    epochs: int,
    seed: int,
    **more: Any,
) -> None:
    """Optimise ``points`` in place: attraction along the edges ``head`` -> ``tail``, repulsion by negative samples.

    ``head`` indexes ``points`` and ``tail`` indexes ``others``, the points that they are attracted to.
    """
    umap = umap_module()
    umap.layouts.optimize_layout_euclidean(
        points, others, head, tail, epochs, len(others), umap.umap_.make_epochs_per_sample(weights, epochs),
        *attraction_curve(), rng_state(seed), negative_sample_rate=NEGATIVES, **more,
    )  # fmt: skip


@cache
def attraction_curve() -> tuple[float, float]:
    """The parameters a, b of UMAP's attraction 1 / (1 + a d^(2b))."""
    a, b = umap_module().umap_.find_ab_params(SPREAD, MIN_DIST)
    return a, b


def rng_state(seed: int) -> NDArray[np.int64]:
    """The state of umap-learn's random generator, int64 [3]."""
    limits = np.iinfo(np.int32)
    return np.random.RandomState(seed).randint(limits.min + 1, limits.max, 3).astype(np.int64)


def out_of_sample_umap(
    points: Points, neighbours: NDArray[np.int64], distances: NDArray[np.floating], options: MapOptions
) -> Points:
    """UMAP's transform: out-of-sample positions [M, 2] among the fixed ``points`` [N, 2].

    Each point is placed independently of the others: edge weights are normalised by its own strongest edge, not by the
    strongest of all.

    Parameters
    ----------
    neighbours : [M, k]; fitted points nearest in latent space.
    distances : [M, k]; their latent distances, ascending.
    """
    k = min(affinity_neighbours(len(points), options), neighbours.shape[1])
    near, weights = neighbours[:, :k], memberships(distances[:, :k])
    placed = np.einsum("mk,mkd->md", weights / weights.sum(1, keepdims=True), points[near])
    same = weights[:, 0] == 1  # as in umap-learn, a fitted image starts at its own point
    placed[same] = points[near[same, 0]]
    placed = np.ascontiguousarray(placed, np.float32)
    weights /= weights.max(1, keepdims=True)
    rows, columns = np.nonzero(weights >= 1 / TRANSFORM_EPOCHS)
    edges = rows.astype(np.int32), near[rows, columns].astype(np.int32), weights[rows, columns]
    optimize(placed, points, *edges, TRANSFORM_EPOCHS, options.seed, initial_alpha=TRANSFORM_RATE)
    return placed


def memberships(distances: NDArray[np.floating]) -> NDArray[np.float32]:
    """UMAP's membership strengths, 0 to 1, of neighbours at ascending distances: [M, k] for [M, k].

    exp(-distance / width), where the width, found by bisection, makes all but the first sum to log2 k. umap-learn's own
    function starts threads, which is too slow for a single point.
    """
    mean = np.maximum(distances.mean(1, keepdims=True), np.finfo(np.float32).tiny)
    low, high = mean * NARROWEST, mean / NARROWEST  # [M, 1]
    for _ in range(HALVINGS):
        width = np.sqrt(low * high)
        wide = np.exp(-distances[:, 1:] / width).sum(1, keepdims=True) > np.log2(distances.shape[1])
        low, high = np.where(wide, low, width), np.where(wide, width, high)
    return np.exp(-distances / high).astype(np.float32)
