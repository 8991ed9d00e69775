"""Principal directions of posterior means, against scikit-learn's PCA."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from explorer.inference.latent_space.latent_directions import Directions, direction_grid, principal_directions
from explorer.inference.latent_space.latent_geometry import View


def posterior_means(n: int = 300, k: int = 40) -> NDArray[np.float32]:
    """Correlated dimensions of different variances, off the origin."""
    noise = np.random.default_rng(3)
    mixing = noise.standard_normal((k, k)) * np.geomspace(3, 0.05, k)[:, None]
    return (noise.standard_normal((n, k)) @ mixing + noise.standard_normal(k)).astype(np.float32)


@pytest.mark.parametrize(("n", "k"), [(300, 40), (12, 40), (200, 3), (400, 300)])
def test_they_are_the_principal_components(n: int, k: int) -> None:
    mu = posterior_means(n, k)
    found = principal_directions(mu)
    d = min(32, k, n - 1)
    oracle = PCA(d, svd_solver="full").fit(mu.astype(np.float64))
    assert found.basis.shape == (d, k)
    np.testing.assert_allclose(found.basis @ found.basis.T, np.eye(d), atol=1e-9)
    np.testing.assert_allclose(np.abs(np.sum(found.basis * oracle.components_, 1)), 1, atol=1e-5)
    np.testing.assert_allclose(found.explained, oracle.explained_variance_ratio_, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.sd, oracle.singular_values_ / np.sqrt(n), rtol=1e-5)
    np.testing.assert_allclose(found.mean, oracle.mean_, atol=1e-6)
    assert (found.basis.max(1) >= -found.basis.min(1)).all()


def test_coordinates_are_those_of_the_components_with_their_spread() -> None:
    mu = posterior_means()
    found = principal_directions(mu, 5)
    np.testing.assert_allclose(found.coordinates(mu), (mu - found.mean) @ found.basis.T, atol=1e-5)
    np.testing.assert_allclose(found.coordinates(mu).std(0), found.sd, rtol=1e-5)
    np.testing.assert_allclose(np.abs(found.coordinates(mu)).max(0), found.farthest, rtol=1e-5)
    np.testing.assert_allclose(found.coordinates(found.mean), 0, atol=1e-9)


def test_a_move_changes_z_along_its_direction_alone() -> None:
    found = principal_directions(posterior_means(), 6)
    z = np.random.default_rng(0).standard_normal(40).astype(np.float32)  # most of it outside the six
    moved = found.moved(z, [2], np.array([1.5]))
    expected = found.coordinates(z)
    expected[2] = 1.5
    np.testing.assert_allclose(found.coordinates(moved), expected, atol=1e-5)
    step = moved - z
    np.testing.assert_allclose(step, (step @ found.basis[2]) * found.basis[2], atol=1e-5)


@pytest.mark.parametrize("k", [40, 300])
def test_means_that_do_not_vary_have_no_direction(k: int) -> None:
    found = principal_directions(np.ones((20, k), np.float32))
    assert len(found) == 0
    assert found.coordinates(np.zeros((3, k))).shape == (3, 0)


@pytest.mark.parametrize("k", [40, 300])
def test_means_in_a_plane_have_two_directions(k: int) -> None:
    plane = np.random.default_rng(1).standard_normal((50, 2)) @ np.random.default_rng(2).standard_normal((2, k))
    found = principal_directions(plane)
    assert len(found) == 2
    assert found.explained.sum() == pytest.approx(1)


def grid_of(directions: Directions, x: int, y: int) -> NDArray[np.float64]:
    """Coordinates of a grid of 3 x 3 cells around one z, [3, 3, D]."""
    z = np.random.default_rng(0).standard_normal(40).astype(np.float32)
    view = View(x, y, -3, 3, -6, 6, "linear", 3, "directions")
    return directions.coordinates(direction_grid(z, view, directions)).reshape(3, 3, -1)


def test_a_grid_sweeps_two_directions_and_holds_the_others() -> None:
    found = principal_directions(posterior_means(), 4)
    sheet = grid_of(found, 1, 3)
    np.testing.assert_allclose(sheet[:, :, 1], [[-2, 0, 2]] * 3, atol=1e-5)
    np.testing.assert_allclose(sheet[:, :, 3].T, [[4, 0, -4]] * 3, atol=1e-5)
    np.testing.assert_allclose(sheet[:, :, [0, 2]] - sheet[0, 0, [0, 2]], 0, atol=1e-5)


def test_a_grid_of_one_direction_has_equal_rows() -> None:
    sheet = grid_of(principal_directions(posterior_means(), 4), 0, 0)
    np.testing.assert_allclose(sheet[:, :, 0], [[-2, 0, 2]] * 3, atol=1e-5)
