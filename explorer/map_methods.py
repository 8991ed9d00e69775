"""How maps are made: posterior means [N, K] to points on a plane [N, 2]. One function a method."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from typing import Protocol

import numpy as np

from explorer.errors import ExplorerError
from explorer.map_options import (
    MapOptions,
    Means,
    Points,
    chosen_dims,
    effective_perplexity,
    in_metric,
    pulling,
    search_of,
)

EARLY_STEPS, STEPS = 125, 250  # iterations with early exaggeration, and after
EARLY_EXAGGERATION = 12.0
TREE_BELOW = 3_000  # points; from there on interpolation is faster than Barnes-Hut, and threads pay
EXACT_BELOW = 100_000  # points; from there on neighbours are searched approximately
START = 1e-4  # standard deviation of a t-SNE's first points
JITTER = 1e-6  # parts points that would start on one spot


class Watch(Protocol):
    """Is told the share done and, where they take shape, the points; True asks to stop."""

    def __call__(self, done: float, points: Points | None = None) -> bool | None: ...


Transform = Callable[[Means], Points]


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


def as_points(values: object) -> Points:
    """A plain float32 array, a copy."""
    return np.array(values, dtype=np.float32)


def fit_tsne_sklearn(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """scikit-learn's Barnes-Hut t-SNE (van der Maaten 2014), PCA start: the reference."""
    from sklearn.manifold import TSNE

    data, metric = in_metric(mu, options.metric)
    tsne = TSNE(
        2, init=pca_start(mu, options.seed), perplexity=effective_perplexity(len(mu), options), metric=metric,
        random_state=options.seed, verbose=2, n_jobs=-1,
    )  # fmt: skip
    with contextlib.redirect_stdout(Reader(watch, r"Iteration (\d+)", tsne.max_iter)):
        return as_points(tsne.fit_transform(data))


def fit_umap(mu: Means, options: MapOptions, watch: Watch | None) -> Points:
    """UMAP (McInnes et al. 2018), PCA start; one thread, so that a seed gives one map."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # of a part that needs TensorFlow
        from umap import UMAP
    data, metric = in_metric(mu, options.metric)
    model = UMAP(
        n_neighbors=pulling(len(mu), options), metric=metric, init=pca_start(mu, options.seed),
        random_state=options.seed, n_jobs=1,
        tqdm_kwds={"file": Reader(watch, r"(\d+)/(\d+)"), "disable": False},
    )  # fmt: skip
    return as_points(model.fit_transform(data))


class Reader(io.TextIOBase):
    """For methods without a callback: the iterations are read from what they print."""

    def __init__(self, watch: Watch | None, pattern: str, total: int | None = None) -> None:
        self.watch, self.pattern, self.total = watch, pattern, total

    def write(self, text: str) -> int:
        """Pass on the share of iterations done; ExplorerError ends a fit that was asked to stop."""
        found = re.search(self.pattern, text)
        if found and self.watch and self.watch(min(int(found[1]) / (self.total or int(found[2])), 1.0)):
            raise ExplorerError("The fit was stopped; this method keeps nothing unfinished.", "Fit it again.")
        return len(text)


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
