"""Maps: posterior means [N, K] to points on a plane [N, 2]. One function a method, one line in ``PROJECTIONS``."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import Split
from explorer.errors import ExplorerError
from explorer.evaluation import Progress
from explorer.latents import Latents, latents_of, read_npz, write_npz
from explorer.runs import Run

Points = NDArray[np.float32]
MIN_POINTS = 5


@dataclass(frozen=True)
class ProjectionSpec:
    """One entry of the table: ``fit(mu, seed, progress) -> points`` and what to say about the axes."""

    title: str
    summary: str
    fit: Callable[[NDArray[np.float32], int, Progress | None], Points]
    axes: tuple[str, str]
    quick: bool = False  # a page may wait for it; the others are fitted in a process of their own


@dataclass(frozen=True)
class Projection:
    """A fitted map: points [N, 2] in the order of the split's images."""

    method: str
    split: Split
    points: Points


def fit_tsne(mu: NDArray[np.float32], seed: int, progress: Progress | None) -> Points:
    """scikit-learn's Barnes-Hut t-SNE (van der Maaten 2014), PCA start."""
    from sklearn.manifold import TSNE

    init = "pca" if mu.shape[1] > 1 else "random"  # one dimension has no second component
    tsne = TSNE(2, init=init, perplexity=min(30.0, (len(mu) - 1) / 3), random_state=seed, verbose=2, n_jobs=-1)
    with contextlib.redirect_stdout(IterationReader(progress, tsne.max_iter)):
        return tsne.fit_transform(mu).astype(np.float32)


class IterationReader(io.TextIOBase):
    """scikit-learn's t-SNE has no callback: its iterations are read from what it prints."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress, self.total = progress, total

    def write(self, text: str) -> int:
        """Pass on the share of iterations done."""
        found = re.search(r"Iteration (\d+)", text)
        if found and self.progress:
            self.progress(min(int(found[1]) / self.total, 1.0))
        return len(text)


def fit_pca(mu: NDArray[np.float32], seed: int, progress: Progress | None) -> Points:
    """The two directions of largest variance; exact, so the seed does nothing. One dimension gets a zero axis."""
    from sklearn.decomposition import PCA

    points = PCA(min(2, mu.shape[1]), random_state=seed).fit_transform(mu)
    return np.pad(points, ((0, 0), (0, 2 - points.shape[1]))).astype(np.float32)


PROJECTIONS: dict[str, ProjectionSpec] = {
    "tsne": ProjectionSpec("t-SNE", "keeps neighbours together; distances between groups mean little", fit_tsne,
                           ("t-SNE 1", "t-SNE 2")),
    "pca": ProjectionSpec("PCA", "the two directions in which mu varies most; distances are true there", fit_pca,
                          ("first principal component", "second principal component"),
                          quick=True),
}  # fmt: skip


def projection_spec(method: str) -> ProjectionSpec:
    """The entry ``method``; ExplorerError names the known ones."""
    if method not in PROJECTIONS:
        raise ExplorerError(f"There is no map method '{method}'.", f"Choose one of: {', '.join(PROJECTIONS)}.")
    return PROJECTIONS[method]


def map_file(method: str, split: Split, seed: int) -> str:
    """Where a run keeps the map made with these options."""
    key = hashlib.sha256(json.dumps([method, split, seed]).encode()).hexdigest()[:12]
    return f"maps/{method}-{split}-{key}.npz"


def kept_map(run: Run, method: str, split: Split = "test", seed: int = 0) -> Projection | None:
    """The run's map where it is kept and fits the weights, else None."""
    arrays = read_npz(run, map_file(method, split, seed))
    _, facts = run.facts()
    wanted = (facts.n_test if split == "test" else facts.n_train, 2)
    points = None if arrays is None else arrays.get("points")
    if points is None or points.shape != wanted or points.dtype.kind != "f" or not np.isfinite(points).all():
        return None
    return Projection(method, split, points.astype(np.float32))


def map_of(
    run: Run,
    method: str,
    split: Split = "test",
    seed: int = 0,
    progress: Progress | None = None,
    latents: Latents | None = None,
) -> Projection:
    """The run's map: read where it is kept and fits the weights, else fitted and kept.

    ``latents`` saves reading them again where they are at hand.
    Raises ExplorerError for an unknown method, too few points or means that are not numbers.
    """
    spec = projection_spec(method)
    kept = kept_map(run, method, split, seed)
    if kept is not None:
        return kept
    mu = (latents or latents_of(run, split)).mu
    if len(mu) < MIN_POINTS:
        raise ExplorerError(f"A map needs at least {MIN_POINTS} images; there are {len(mu)}.", "Use a larger data set.")
    if not np.isfinite(mu).all():
        raise ExplorerError("Some posterior means are not numbers.", "The model is damaged; train it again.")
    if (mu == mu[0]).all():
        raise ExplorerError("All images have the same posterior mean.", "There is nothing to map; train longer.")
    points = spec.fit(mu, seed, progress)
    weights = np.array(run.status().weights_sha256)
    with contextlib.suppress(ExplorerError):  # a read-only run keeps no map
        write_npz(run, map_file(method, split, seed), {"points": points, "weights": weights})
    return Projection(method, split, points)
