"""UMAP step by step, so that its points can be seen while they take shape, and its transform without a kept model.

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

from explorer.maps.fits.fit_callback import Reader, Stopped, Watch, as_points
from explorer.maps.fits.options import EXACT_BELOW, MapOptions, Means, Points, in_metric, pulling, search_of

SPREAD, MIN_DIST = 1.0, 0.1  # umap-learn's defaults, as all numbers here
WIDTH = 10.0  # of the first points
MANY = 10_000  # points beyond which fewer epochs do
EPOCHS, EPOCHS_OF_MANY = 500, 200
TRANSFORM_EPOCHS = 100
TRANSFORM_RATE = 0.25  # of the fit's learning rate: newcomers take few, local steps
NEGATIVES = 5
NARROWEST = 1e-3  # width of a neighbourhood, in mean distances of the neighbours
HALVINGS = 40


def umap_module() -> ModuleType:
    """umap-learn, without its sentence about a part that needs TensorFlow."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)
        import umap.layouts
        import umap.umap_
    return umap


def fit_umap(mu: Means, options: MapOptions, start: Points, watch: Watch | None) -> Points:
    """The map of means [N, K] from the first points ``start`` [N, 2]; one thread, so that a seed gives one map."""
    graph = graph_of(mu, options).tocoo()
    epochs = EPOCHS if len(mu) <= MANY else EPOCHS_OF_MANY
    graph.data[graph.data < graph.data.max() / epochs] = 0
    graph.eliminate_zeros()
    points = WIDTH * (start - start.min(0)) / np.ptp(start, 0)  # [N, 2]
    points = np.ascontiguousarray(points, np.float32)
    steps = {"file": Reader(watch, r"(\d+)/(\d+)", shown=points), "disable": False, "mininterval": 0}
    with contextlib.suppress(Stopped):  # the points are what they have become
        edges = graph.row, graph.col, graph.data
        optimize(points, points, *edges, epochs, options.seed, move_other=True, tqdm_kwds=steps)
    return as_points(points)


def graph_of(mu: Means, options: MapOptions) -> Any:
    """How much each pair of means [N, K] are neighbours, sparse; below ``EXACT_BELOW`` points found exactly."""
    from sklearn.neighbors import NearestNeighbors

    (data, metric), k = in_metric(mu, options.metric), pulling(len(mu), options)
    found = {}
    if len(mu) < EXACT_BELOW:  # a point is its own first neighbour here
        index = NearestNeighbors(algorithm=search_of(data), metric=metric, n_jobs=-1).fit(data)
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
    """Move ``points`` where the edges from them (``head``) to ``others`` (``tail``) pull and all others push."""
    umap = umap_module()
    umap.layouts.optimize_layout_euclidean(
        points, others, head, tail, epochs, len(others), umap.umap_.make_epochs_per_sample(weights, epochs),
        *curve(), rng_state(seed), negative_sample_rate=NEGATIVES, **more,
    )  # fmt: skip


@cache
def curve() -> tuple[float, float]:
    """How attraction falls with distance: umap-learn's a and b."""
    a, b = umap_module().umap_.find_ab_params(SPREAD, MIN_DIST)
    return a, b


def rng_state(seed: int) -> NDArray[np.int64]:
    """The state of umap-learn's own generator."""
    limits = np.iinfo(np.int32)
    return np.random.RandomState(seed).randint(limits.min + 1, limits.max, 3).astype(np.int64)


def join_umap(
    points: Points, neighbours: NDArray[np.int64], distances: NDArray[np.floating], options: MapOptions
) -> Points:
    """UMAP's transform: where newcomers come to stand among ``points`` [N, 2], which stay.

    ``neighbours`` [M, k] are the fitted points nearest in latent space, ``distances`` [M, k] how far they are. Each
    newcomer is placed as if it came alone: its strongest edge sets its pace, not the strongest of all.
    """
    k = min(pulling(len(points), options), neighbours.shape[1])
    near, weights = neighbours[:, :k], memberships(distances[:, :k])
    joined = np.einsum("mk,mkd->md", weights / weights.sum(1, keepdims=True), points[near])
    same = weights[:, 0] == 1  # as umap-learn: an image that was fitted starts at its point
    joined[same] = points[near[same, 0]]
    joined = np.ascontiguousarray(joined, np.float32)
    weights /= weights.max(1, keepdims=True)
    rows, columns = np.nonzero(weights >= 1 / TRANSFORM_EPOCHS)
    edges = rows.astype(np.int32), near[rows, columns].astype(np.int32), weights[rows, columns]
    optimize(joined, points, *edges, TRANSFORM_EPOCHS, options.seed, initial_alpha=TRANSFORM_RATE)
    return joined


def memberships(distances: NDArray[np.floating]) -> NDArray[np.float32]:
    """How much each neighbour is one, 0 to 1: [M, k] for distances [M, k], ascending.

    exp(-distance / width), where the width makes all but the first add up to log2 k: umap-learn's own function for this
    starts threads, too slow for one newcomer.
    """
    mean = np.maximum(distances.mean(1, keepdims=True), np.finfo(np.float32).tiny)
    low, high = mean * NARROWEST, mean / NARROWEST  # [M, 1]
    for _ in range(HALVINGS):
        width = np.sqrt(low * high)
        wide = np.exp(-distances[:, 1:] / width).sum(1, keepdims=True) > np.log2(distances.shape[1])
        low, high = np.where(wide, low, width), np.where(wide, width, high)
    return np.exp(-distances / high).astype(np.float32)
