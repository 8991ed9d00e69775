"""Newcomers on a fitted map: where their neighbours are, without moving anything, and how sure that is."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ExplorerError
from explorer.latents import Latents
from explorer.map_options import DEFAULTS, MapOptions, MapSplit, Means, Points, in_metric, search_of
from explorer.projections import Projection, kept_map, map_file, mapped, projection_spec
from explorer.runs import Run

NEIGHBOURS = 12  # true neighbours, in latent space
AROUND = 50  # neighbours on the map among which they are looked for
FAR = 0.99  # quantile of the fitted points' own distances beyond which a newcomer is off the map
POOR = 0.001  # quantile of the fitted images' reconstruction below which it is
OWN = 5_000  # fitted points from which these two are taken
STEPS = 30
KEPT = 4


@dataclass(frozen=True)
class Placed:
    """Newcomers on a map, one row each.

    ``points`` [M, 2]. ``confidence`` [M], 0 to 1: the share of the 12 nearest fitted points in latent space that are
    among the 50 nearest on the map; 0 off the map. ``neighbours`` [M, 12]: those 12, nearest first. ``off_map`` [M]:
    like nothing that was fitted; its point is only that of the nearest images.
    """

    points: Points
    confidence: NDArray[np.float32]
    neighbours: NDArray[np.int64]
    off_map: NDArray[np.bool_]


class Placer:
    """A fitted map with its search indices; ``latents`` are those of the fitted images."""

    def __init__(self, latents: Latents, projection: Projection) -> None:
        from scipy.spatial import KDTree
        from sklearn.neighbors import NearestNeighbors

        self.mu, self.points, self.metric = latents.mu, projection.points, projection.options.metric
        data, metric = in_metric(self.mu, self.metric)
        self.k = min(NEIGHBOURS, len(data) - 1)
        self.index = NearestNeighbors(algorithm=search_of(data), metric=metric).fit(data)
        self.on_map = KDTree(self.points)
        self.far = float(np.quantile(self.own_distances(data), FAR))
        self.poor = float(np.quantile(latents.values.reconstruction_nats, POOR))
        exact = projection_spec(projection.method).exact
        self.exact = None if exact is None else exact(self.mu, projection.options)

    def own_distances(self, data: Means) -> NDArray[np.floating]:
        """Each fitted point's mean distance to its nearest others, of a seeded sample: [S]."""
        chosen = np.random.default_rng(0).choice(len(data), min(OWN, len(data)), replace=False)
        distances, _ = self.index.kneighbors(data[chosen], self.k + 1)
        return distances[:, 1:].mean(1)

    def place(self, mu: Means, reconstruction_nats: NDArray[np.floating] | None = None) -> Placed:
        """Where posterior means [M, K] belong.

        ``reconstruction_nats`` [M], E log p(x|z) of each image: a model with few dimensions puts noise amid the data,
        where only its poor reconstruction tells it from an image.

        Raises ExplorerError for means that are not numbers or of another number of dimensions.
        """
        if mu.ndim != 2 or mu.shape[1] != self.mu.shape[1] or not np.isfinite(mu).all():
            raise ExplorerError("These posterior means do not fit the map.", "Use the model that it was made with.")
        distances, neighbours = self.index.kneighbors(in_metric(mu, self.metric)[0], self.k)
        points = self.exact(mu) if self.exact else settle(self.points[neighbours], distances)
        off_map = distances.mean(1) > self.far
        if reconstruction_nats is not None:
            off_map |= np.asarray(reconstruction_nats) < self.poor
        confidence = np.where(off_map, 0, self.share_around(points, neighbours)).astype(np.float32)
        return Placed(points, confidence, neighbours, off_map)

    def share_around(self, points: Points, neighbours: NDArray[np.int64]) -> NDArray[np.floating]:
        """The share of each row of ``neighbours`` that stands around the row's point on the map: [M]."""
        _, around = self.on_map.query(points, min(AROUND, len(self.points)))
        return (neighbours[:, :, None] == around[:, None, :]).any(2).mean(1)


def settle(places: Points, distances: NDArray[np.floating]) -> Points:
    """The spot to which t-SNE's attraction pulls a newcomer whose neighbours stand at ``places`` [M, k, 2].

    It starts at the neighbour with most others about it and then moves on, so that neighbours in two groups do not
    put it between them. Near ones, by ``distances`` [M, k] in latent space, pull more; one at no distance decides.
    """
    pulls = 1 / np.maximum(distances / np.maximum(distances[:, -1:], 1e-12), 1e-4) ** 2  # [M, k]
    gaps = np.square(places[:, :, None] - places[:, None]).sum(3)  # [M, k, k]
    held = (pulls[:, None] / (1 + gaps)).sum(2)
    points = places[np.arange(len(places)), held.argmax(1)]
    for _ in range(STEPS):
        weights = pulls / (1 + np.square(points[:, None] - places).sum(2))
        points = (weights[:, :, None] * places).sum(1) / weights.sum(1)[:, None]
    return points.astype(np.float32)


def place(
    run: Run,
    mu: Means,
    method: str = "tsne",
    options: MapOptions = DEFAULTS,
    split: MapSplit = "test",
    reconstruction_nats: NDArray[np.floating] | None = None,
) -> Placed:
    """Newcomers on a map that the run keeps; its indices stay in memory. Raises ExplorerError where there is none."""
    return placer_of(run, method, options, split).place(mu, reconstruction_nats)


def placer_of(run: Run, method: str = "tsne", options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Placer:
    """The kept map, ready for newcomers. Raises ExplorerError where there is none."""
    try:
        written = (run.path / map_file(method, options, split)).stat().st_mtime_ns
    except OSError as error:
        raise missing(run, method) from error
    return _placer(run.path, run.status().weights_sha256, written, method, options, split)


@functools.lru_cache(maxsize=KEPT)
def _placer(path: Path, weights: str, written: int, method: str, options: MapOptions, split: MapSplit) -> Placer:
    run = Run(path)
    projection = kept_map(run, method, options, split)
    if projection is None:
        raise missing(run, method)
    return Placer(mapped(run, split, options), projection)


def missing(run: Run, method: str) -> ExplorerError:
    """The sentence for a map that is not there yet."""
    return ExplorerError(f"{run.name} keeps no map by {method} with these options.", "Fit it first.")
