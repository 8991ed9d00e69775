"""How maps are made: posterior means [N, K] to points on a plane [N, 2]. One function a method."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.maps.fits.fit_callback import Reader, Stopped, Watch, as_points
from explorer.maps.fits.options import (
    EXACT_BELOW,
    MapOptions,
    Means,
    Points,
    chosen_dims,
    effective_perplexity,
    in_metric,
    pulling,
    search_of,
)
from explorer.maps.fits.umap_fit import fit_umap

EARLY_STEPS, STEPS = 125, 250  # iterations with early exaggeration, and after
EARLY_EXAGGERATION = 12.0
TREE_BELOW = 3_000  # points; from there on interpolation is faster than Barnes-Hut, and threads pay
START = 1e-4  # standard deviation of a t-SNE's first points
JITTER = 1e-6  # parts points that would start on one spot
JOINED = 12  # neighbours that pull at a newcomer
JOINING_STEPS = 30


Transform = Callable[[Means], Points]
Join = Callable[[Points, NDArray[np.int64], NDArray[np.floating], MapOptions], Points]


def pca_start(mu: Means, seed: int) -> Points:
    """The first two principal components, the first at standard deviation ``START``."""
    points = pca_transform(mu)(mu)
    points *= START / max(float(points[:, 0].std()), float(np.finfo(np.float32).tiny))
    return points + np.random.default_rng(seed).normal(scale=JITTER, size=points.shape).astype(np.float32)


def fit_tsne(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """openTSNE: t-SNE with uniform affinities, repulsion by interpolation (FIt-SNE) for many points, PCA start.

    Uniform affinities and short phases keep what the usual ones do, in a quarter of the time; see
    docs/performance.md. Linderman et al. 2019, Fast interpolation-based t-SNE; Poličar et al. 2024, openTSNE.
    """
    from openTSNE import TSNE
    from openTSNE.affinity import Uniform
    from openTSNE.tsne import OptimizationInterrupt

    data, metric = in_metric(mu, options.metric)
    n = len(mu)
    few = n < TREE_BELOW
    common = {"metric": metric, "n_jobs": 1 if few else -1, "random_state": options.seed}
    search = {"method": "exact", "knn_kwargs": {"algorithm": search_of(data)}} if n < EXACT_BELOW else {}
    affinities = Uniform(data, k_neighbors=pulling(n, options), **search, **common)
    tsne = TSNE(negative_gradient_method="bh" if few else "fft", **common)
    embedding = tsne.prepare_initial(affinities=affinities, initialization=pca_start(mu, options.seed))

    def phase(first: int, steps: int, exaggeration: float) -> None:
        def seen(iteration: int, error: float, points: Points) -> bool:
            return bool(watch and watch((first + iteration) / (EARLY_STEPS + STEPS), as_points(points)))

        embedding.optimize(
            steps, exaggeration=exaggeration, inplace=True, propagate_exception=True, callbacks=seen,
            callbacks_every_iters=1,
        )  # fmt: skip

    with contextlib.suppress(OptimizationInterrupt):  # asked to stop: the points are what they have become
        phase(0, EARLY_STEPS, max(EARLY_EXAGGERATION, options.exaggeration))
        phase(EARLY_STEPS, STEPS, options.exaggeration)
    return as_points(embedding)


def fit_tsne_sklearn(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """scikit-learn's Barnes-Hut t-SNE (van der Maaten 2014), PCA start: the reference."""
    from sklearn.manifold import TSNE

    data, metric = in_metric(mu, options.metric)
    tsne = TSNE(
        2, init=pca_start(mu, options.seed), perplexity=effective_perplexity(len(mu), options), metric=metric,
        random_state=options.seed, verbose=2, n_jobs=-1,
    )  # fmt: skip
    try:
        with contextlib.redirect_stdout(Reader(watch, r"Iteration (\d+)", tsne.max_iter)):
            return as_points(tsne.fit_transform(data))
    except Stopped as stopped:
        text = "The fit was stopped; this method keeps nothing unfinished."
        raise ExplorerError(text, "Fit it again.") from stopped


def fit_umap_from_pca(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """UMAP, PCA start."""
    return fit_umap(mu, options, pca_start(mu, options.seed), watch)


def join_tsne(points: Points, neighbours: NDArray[np.int64], distances: NDArray[np.floating], _: MapOptions) -> Points:
    """The spot among ``points`` [N, 2] to which t-SNE's attraction pulls a newcomer: [M, 2].

    ``neighbours`` [M, k]: the fitted points nearest in latent space, ``distances`` [M, k] away; the first ``JOINED``
    pull, near ones more, and one at no distance decides. It starts at the neighbour with most others about it and then
    moves on, so that neighbours in two groups do not put it between them.
    """
    places, distances = points[neighbours[:, :JOINED]], distances[:, :JOINED]  # [M, k, 2], [M, k]
    pulls = 1 / np.maximum(distances / np.maximum(distances[:, -1:], 1e-12), 1e-4) ** 2  # [M, k]
    gaps = np.square(places[:, :, None] - places[:, None]).sum(3)  # [M, k, k]
    held = (pulls[:, None] / (1 + gaps)).sum(2)
    joined = places[np.arange(len(places)), held.argmax(1)]
    for _step in range(JOINING_STEPS):
        weights = pulls / (1 + np.square(joined[:, None] - places).sum(2))
        joined = (weights[:, :, None] * places).sum(1) / weights.sum(1)[:, None]
    return joined.astype(np.float32)


def pca_transform(mu: Means) -> Transform:
    """To the two directions of largest variance; a single dimension gets a second axis of zeros."""
    from sklearn.decomposition import PCA

    pca = PCA(min(2, mu.shape[1])).fit(mu)
    return lambda new: padded(pca.transform(new))


def latent_transform(mu: Means, options: MapOptions) -> Transform:
    """To two of the latent dimensions as they are."""
    dims = chosen_dims(mu, options)
    return lambda new: padded(new[:, dims])


def padded(points: Points) -> Points:
    """[N, 1] or [N, 2] to [N, 2]."""
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1]))).astype(np.float32)
