"""Principal directions of posterior means: coordinates in which codes of many dimensions can be moved by hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.inference.latent_space.latent_geometry import View, Z, view_cells

FEW = 32  # dimensions, of which each is looked at by itself
MOST_DIRECTIONS = 32
SDS = 3.0  # standard deviations that a view reaches along a direction
RANK_TOLERANCE = 1e-10  # of the largest variance; what is below is rounding
DENSE = 256  # dimensions up to which all eigenvalues are found, which beyond takes seconds


@dataclass(frozen=True)
class Directions:
    """An affine frame of latent space: z = mean + coordinates @ basis, plus what of z lies outside the basis.

    Attributes
    ----------
    mean : the mean of mu, [K].
    basis : orthonormal rows, [D, K], by decreasing variance of mu; the largest component of a row is positive.
    sd : standard deviation of mu along each row, in units of z, [D].
    explained : the share of the total variance of mu along each row, [D].
    farthest : the largest absolute coordinate of mu along each row, [D].
    """

    mean: NDArray[np.float64]
    basis: NDArray[np.float64]
    sd: NDArray[np.float64]
    explained: NDArray[np.float64]
    farthest: NDArray[np.float64]

    @property
    def offset(self) -> NDArray[np.float64]:
        """The product of the mean with each row, [D]: coordinates = basis @ z - offset."""
        return self.basis @ self.mean

    def __len__(self) -> int:
        """D, the number of directions."""
        return len(self.basis)

    def coordinates(self, z: NDArray[np.floating]) -> NDArray[np.float64]:
        """The coordinates of ``z`` [..., K]: [..., D]."""
        return z @ self.basis.T - self.offset  # not (z - mean): there may be 10,000 z, and that is a copy of them

    def moved(self, z: NDArray[np.floating], axes: list[int], to: NDArray[np.floating]) -> Z:
        """``z`` [K] with the coordinates ``axes`` at ``to`` [..., len(axes)], all else of it kept: [..., K]."""
        steps = to - self.coordinates(z)[axes]
        return (z + steps @ self.basis[axes]).astype(np.float32)


def principal_directions(mu: NDArray[np.floating], most: int = MOST_DIRECTIONS) -> Directions:
    """The principal components of posterior means ``mu`` [N, K]: at most ``most``, and no more than mu has rank."""
    centre = mu.mean(0, dtype=np.float64)
    centred = mu - centre  # [N, K]
    values, vectors = leading(centred.T @ centred, most)
    total = float(np.square(centred).sum())
    kept = values > RANK_TOLERANCE * values.max(initial=0)
    basis, values = vectors.T[kept], values[kept]
    largest = np.take_along_axis(basis, np.abs(basis).argmax(1)[:, None], 1)  # [D, 1]
    basis = basis * np.sign(largest)
    farthest = np.abs(centred @ basis.T).max(0)
    return Directions(centre, basis, np.sqrt(values / len(mu)), values / (total or 1.0), farthest)


def leading(scatter: NDArray[np.float64], most: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The largest eigenvalues of a symmetric [K, K] and their eigenvectors: [D], [K, D], D = min(most, K)."""
    k = len(scatter)
    if k <= max(DENSE, most) or not scatter.any():
        values, vectors = np.linalg.eigh(scatter)
    else:
        from scipy.sparse.linalg import eigsh

        begin = np.random.default_rng(0).standard_normal(k)  # so that the same directions are found each time
        values, vectors = eigsh(scatter, most, which="LA", v0=begin)
    return values[::-1][:most], vectors[:, ::-1][:, :most]


def direction_grid(z: NDArray[np.floating], view: View, directions: Directions) -> Z:
    """As ``manifold_grid``, swept over the coordinates ``view.x`` and ``view.y`` of directions: [size * size, K]."""
    across, up = view_cells(view)  # [size, size] each
    if view.x == view.y:
        return directions.moved(z, [view.x], across.reshape(-1, 1))
    return directions.moved(z, [view.x, view.y], np.stack([across, up], -1).reshape(-1, 2))


def spread_along(directions: Directions, has_prior: bool) -> NDArray[np.float64]:
    """The standard deviation of what is seen along each direction, [D]: of mu, or of the prior where it is wider."""
    return np.maximum(directions.sd, 1.0 if has_prior else 0.0)


def view_along(directions: Directions, has_prior: bool) -> View:
    """The plane of the first two directions, three standard deviations to each side, in even steps."""
    x, y = 0, min(1, len(directions) - 1)
    edge = [float(f"{value:.2g}") for value in SDS * spread_along(directions, has_prior)]
    return View(x, y, -edge[x], edge[x], -edge[y], edge[y], "linear", basis="directions")
