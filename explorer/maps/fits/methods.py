"""Projection methods, one function each: posterior means [N, K] to points [N, 2]."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.maps.fits.fit_callback import IterationReader, Stopped, Watch, as_points
from explorer.maps.fits.options import (
    EXACT_BELOW,
    MapOptions,
    Means,
    Points,
    affinity_neighbours,
    chosen_dims,
    effective_perplexity,
    in_metric,
    neighbour_algorithm,
)
from explorer.maps.fits.umap_fit import fit_umap

EARLY_STEPS, STEPS = 125, 250  # iterations with early exaggeration, and after
EARLY_EXAGGERATION = 12.0
TREE_BELOW = 3_000  # points; for more, interpolation is faster than Barnes-Hut, and threads pay
START = 1e-4  # standard deviation of the initial points
JITTER = 1e-6  # separates points with equal initial positions
OUT_OF_SAMPLE_NEIGHBOURS = 12  # neighbours that attract an out-of-sample point
OUT_OF_SAMPLE_STEPS = 30


Transform = Callable[[Means], Points]
OutOfSample = Callable[[Points, NDArray[np.int64], NDArray[np.floating], MapOptions], Points]


def pca_start(mu: Means, seed: int) -> Points:
    """Initial points [N, 2]: the first two principal components, the first scaled to standard deviation ``START``."""
    points = pca_transform(mu)(mu)
    points *= START / max(float(points[:, 0].std()), float(np.finfo(np.float32).tiny))
    return points + np.random.default_rng(seed).normal(scale=JITTER, size=points.shape).astype(np.float32)


def fit_tsne(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """t-SNE by openTSNE: uniform affinities, PCA initialisation, interpolated repulsion (FIt-SNE) for many points.

    Uniform affinities and short phases reach the quality of the usual settings in a quarter of the time; see
    docs/performance.md. Linderman et al. 2019, Fast interpolation-based t-SNE; Poličar et al. 2024, openTSNE.
    """
    from openTSNE import TSNE
    from openTSNE.affinity import Uniform
    from openTSNE.tsne import OptimizationInterrupt

    data, metric = in_metric(mu, options.metric)
    n = len(mu)
    few = n < TREE_BELOW
    common = {"metric": metric, "n_jobs": 1 if few else -1, "random_state": options.seed}
    search = {"method": "exact", "knn_kwargs": {"algorithm": neighbour_algorithm(data)}} if n < EXACT_BELOW else {}
    affinities = Uniform(data, k_neighbors=affinity_neighbours(n, options), **search, **common)
    tsne = TSNE(negative_gradient_method="bh" if few else "fft", **common)
    embedding = tsne.prepare_initial(affinities=affinities, initialization=pca_start(mu, options.seed))

    def phase(first: int, steps: int, exaggeration: float) -> None:
        def seen(iteration: int, error: float, points: Points) -> bool:
            return bool(watch and watch((first + iteration) / (EARLY_STEPS + STEPS), as_points(points)))

        embedding.optimize(
            steps, exaggeration=exaggeration, inplace=True, propagate_exception=True, callbacks=seen,
            callbacks_every_iters=1,
        )  # fmt: skip

    with contextlib.suppress(OptimizationInterrupt):  # stopped early: the current points are the result
        phase(0, EARLY_STEPS, max(EARLY_EXAGGERATION, options.exaggeration))
        phase(EARLY_STEPS, STEPS, options.exaggeration)
    return as_points(embedding)


def fit_tsne_sklearn(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """scikit-learn's Barnes-Hut t-SNE (van der Maaten 2014), PCA initialisation: the reference."""
    from sklearn.manifold import TSNE

    data, metric = in_metric(mu, options.metric)
    tsne = TSNE(
        2, init=pca_start(mu, options.seed), perplexity=effective_perplexity(len(mu), options), metric=metric,
        random_state=options.seed, verbose=2, n_jobs=-1,
    )  # fmt: skip
    try:
        with contextlib.redirect_stdout(IterationReader(watch, r"Iteration (\d+)", tsne.max_iter)):
            return as_points(tsne.fit_transform(data))
    except Stopped as stopped:
        text = _("The fit was stopped; this method keeps nothing unfinished.")
        raise ExplorerError(text, _("Fit it again.")) from stopped


def fit_umap_from_pca(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """UMAP with PCA initialisation."""
    return fit_umap(mu, options, pca_start(mu, options.seed), watch)


def out_of_sample_tsne(
    points: Points, neighbours: NDArray[np.int64], distances: NDArray[np.floating], _: MapOptions
) -> Points:
    """Out-of-sample positions [M, 2] at which t-SNE's attraction to the fitted ``points`` [N, 2] is in equilibrium.

    Weights fall with the squared latent distance, so that a neighbour at distance zero decides. The iteration starts at
    the neighbour with the largest attraction of the others, which keeps a point whose neighbours form two groups from
    ending between them.

    Parameters
    ----------
    neighbours : [M, k]; fitted points nearest in latent space, of which ``OUT_OF_SAMPLE_NEIGHBOURS`` attract.
    distances : [M, k]; their latent distances, ascending.
    """
    distances = distances[:, :OUT_OF_SAMPLE_NEIGHBOURS]  # [M, k]
    places = points[neighbours[:, :OUT_OF_SAMPLE_NEIGHBOURS]]  # [M, k, 2]
    pulls = 1 / np.maximum(distances / np.maximum(distances[:, -1:], 1e-12), 1e-4) ** 2  # [M, k]
    gaps = np.square(places[:, :, None] - places[:, None]).sum(3)  # [M, k, k]
    held = (pulls[:, None] / (1 + gaps)).sum(2)
    placed = places[np.arange(len(places)), held.argmax(1)]
    for _step in range(OUT_OF_SAMPLE_STEPS):
        weights = pulls / (1 + np.square(placed[:, None] - places).sum(2))
        placed = (weights[:, :, None] * places).sum(1) / weights.sum(1)[:, None]
    return placed.astype(np.float32)


def pca_transform(mu: Means) -> Transform:
    """Projection on the first two principal components of ``mu``; K = 1 gets a second axis of zeros."""
    from sklearn.decomposition import PCA

    pca = PCA(min(2, mu.shape[1])).fit(mu)
    return lambda new: padded(pca.transform(new))


def latent_transform(mu: Means, options: MapOptions) -> Transform:
    """Projection on two latent dimensions, unscaled."""
    dims = chosen_dims(mu, options)
    return lambda new: padded(new[:, dims])


def padded(points: Points) -> Points:
    """Points [N, 1] or [N, 2] as [N, 2], padded with zeros."""
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1]))).astype(np.float32)
