"""Newcomers on a fitted map: where their neighbours are, without moving anything, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.inference import Latents
from explorer.maps.fits import Means, Points, Projection, in_metric, projection_spec, pulling, search_of

NEIGHBOURS = 12  # true neighbours, in latent space
AROUND = 50  # neighbours on the map among which they are looked for
FAR = 0.99  # quantile of the fitted points' own distances beyond which a newcomer is off the map
POOR = 0.001  # quantile of the fitted images' reconstruction below which it is
OWN = 5_000  # fitted points from which these two are taken


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

        self.mu, self.points, self.options = latents.mu, projection.points, projection.options
        data, metric = in_metric(self.mu, self.options.metric)
        self.k = min(NEIGHBOURS, len(data) - 1)
        self.index = NearestNeighbors(algorithm=search_of(data), metric=metric).fit(data)
        self.on_map = KDTree(self.points)
        self.far = float(np.quantile(self.own_distances(data), FAR))
        self.poor = float(np.quantile(latents.values.reconstruction_nats, POOR))
        spec = projection_spec(projection.method)
        self.join = spec.join
        self.exact = None if spec.exact is None else spec.exact(self.mu, self.options)

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
        wide = max(self.k, pulling(len(self.mu), self.options))
        distances, neighbours = self.index.kneighbors(in_metric(mu, self.options.metric)[0], wide)
        points = self.exact(mu) if self.exact else self.join(self.points, neighbours, distances, self.options)
        distances, neighbours = distances[:, : self.k], neighbours[:, : self.k]
        off_map = distances.mean(1) > self.far
        if reconstruction_nats is not None:
            off_map |= np.asarray(reconstruction_nats) < self.poor
        confidence = np.where(off_map, 0, self.share_around(points, neighbours)).astype(np.float32)
        return Placed(points, confidence, neighbours, off_map)

    def share_around(self, points: Points, neighbours: NDArray[np.int64]) -> NDArray[np.floating]:
        """The share of each row of ``neighbours`` that stands around the row's point on the map: [M]."""
        _, around = self.on_map.query(points, min(AROUND, len(self.points)))
        return (neighbours[:, :, None] == around[:, None, :]).any(2).mean(1)
