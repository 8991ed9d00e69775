"""Out-of-sample points on a fitted map: their positions, with the fitted points unchanged, and a confidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, too_few
from explorer.base.languages import _
from explorer.inference import Latents
from explorer.maps.fits import (
    Means,
    Points,
    Projection,
    affinity_neighbours,
    in_metric,
    neighbour_algorithm,
    projection_spec,
)

LATENT_NEIGHBOURS = 12  # nearest fitted points in latent space
MAP_NEIGHBOURS = 50  # nearest points on the map that should contain them
FAR_QUANTILE = 0.99  # of the fitted points' neighbour distances; an image beyond it is off the map
POOR_QUANTILE = 0.001  # of the fitted images' reconstruction; an image below it is off the map
LEAST_FOR_QUANTILES = 100  # fitted points: no image is called off a map of fewer
QUANTILE_SAMPLE = 5_000  # fitted points from which the distance quantile is estimated


@dataclass(frozen=True)
class OutOfSamplePoints:
    """Positions of M images that were not fitted.

    Attributes
    ----------
    points : [M, 2].
    confidence : [M], 0 to 1; the share of the ``LATENT_NEIGHBOURS`` nearest fitted points in latent space that are
        among the ``MAP_NEIGHBOURS`` nearest on the map; 0 off the map.
    neighbours : [M, LATENT_NEIGHBOURS]; rows of these fitted points, nearest first.
    off_map : [M]; unlike every fitted image, so that the position only shows the nearest ones.
    unknown : why none can be called off the map; "" where there are fitted images enough.
    """

    points: Points
    confidence: NDArray[np.float32]
    neighbours: NDArray[np.int64]
    off_map: NDArray[np.bool_]
    unknown: str = ""


class MapIndex:
    """A fitted map with the search indices for out-of-sample points; ``latents`` are those of the fitted images."""

    def __init__(self, latents: Latents, projection: Projection) -> None:
        from scipy.spatial import KDTree
        from sklearn.neighbors import NearestNeighbors

        self.mu, self.points, self.options = latents.mu, projection.points, projection.options
        data, metric = in_metric(self.mu, self.options.metric)
        self.k = min(LATENT_NEIGHBOURS, len(data) - 1)
        self.index = NearestNeighbors(algorithm=neighbour_algorithm(data), metric=metric).fit(data)
        self.on_map = KDTree(self.points)
        self.far = float(np.quantile(self.own_distances(data), FAR_QUANTILE))
        self.poor = float(np.quantile(latents.values.reconstruction_nats, POOR_QUANTILE))
        spec = projection_spec(projection.method)
        self.out_of_sample = spec.out_of_sample
        self.exact = None if spec.exact is None else spec.exact(self.mu, self.options)

    def own_distances(self, data: Means) -> NDArray[np.floating]:
        """Mean distance of each fitted point to its nearest others, for a seeded sample: [S]."""
        chosen = np.random.default_rng(0).choice(len(data), min(QUANTILE_SAMPLE, len(data)), replace=False)
        distances, _ = self.index.kneighbors(data[chosen], self.k + 1)
        return distances[:, 1:].mean(1)

    def place_out_of_sample(
        self, mu: Means, reconstruction_nats: NDArray[np.floating] | None = None
    ) -> OutOfSamplePoints:
        """Positions of posterior means on the map; fitted points do not move.

        Parameters
        ----------
        mu : [M, K].
        reconstruction_nats : [M], E log p(x|z) of each image. A model with few dimensions encodes noise amid the data,
            where only a poor reconstruction separates the two.

        Raises
        ------
        ExplorerError
            For means that are not finite or have another number of dimensions than the map's.
        """
        if mu.ndim != 2 or mu.shape[1] != self.mu.shape[1] or not np.isfinite(mu).all():
            raise ExplorerError(
                _("These posterior means do not fit the map."), _("Use the model that it was made with.")
            )
        wide = max(self.k, affinity_neighbours(len(self.mu), self.options))
        distances, neighbours = self.index.kneighbors(in_metric(mu, self.options.metric)[0], wide)
        points = self.exact(mu) if self.exact else self.out_of_sample(self.points, neighbours, distances, self.options)
        distances, neighbours = distances[:, : self.k], neighbours[:, : self.k]
        off_map = distances.mean(1) > self.far
        if reconstruction_nats is not None:
            off_map |= np.asarray(reconstruction_nats) < self.poor
        unknown = too_few(len(self.mu), LEAST_FOR_QUANTILES)
        off_map &= not unknown
        confidence = np.where(off_map, 0, self.share_nearby(points, neighbours)).astype(np.float32)
        return OutOfSamplePoints(points, confidence, neighbours, off_map, unknown)

    def share_nearby(self, points: Points, neighbours: NDArray[np.int64]) -> NDArray[np.floating]:
        """The share of ``neighbours`` [M, k] among the ``MAP_NEIGHBOURS`` nearest to each of ``points`` [M, 2]: [M]."""
        _, around = self.on_map.query(points, min(MAP_NEIGHBOURS, len(self.points)))
        return (neighbours[:, :, None] == around[:, None, :]).any(2).mean(1)
