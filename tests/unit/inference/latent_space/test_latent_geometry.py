"""Grids and draws in the latent space."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from explorer.inference.latent_space.latent_geometry import (
    PRIOR_EDGE,
    View,
    arc,
    cell_centres,
    line,
    manifold_grid,
    prior_arc,
    prior_draws,
)


def test_quantile_cells_hold_equal_shares_of_the_prior() -> None:
    values = cell_centres(-PRIOR_EDGE, PRIOR_EDGE, "quantile", 9)
    assert values.dtype == np.float32
    np.testing.assert_allclose(np.diff(norm.cdf(values)), 0.98 / 9, atol=1e-4)
    assert values[4] == pytest.approx(0, abs=1e-6)
    assert values[0] == pytest.approx(-values[-1])
    assert norm.cdf(-PRIOR_EDGE) == pytest.approx(0.01, abs=1e-5)


def test_linear_cells_are_as_wide_as_each_other() -> None:
    assert cell_centres(-1, 3, "linear", 4).tolist() == [-0.5, 0.5, 1.5, 2.5]


def test_manifold_grid_reads_like_a_plot() -> None:
    z = np.array([9, 8, 7], np.float32)
    view = View(x=2, y=0, lo_x=0, hi_x=5, lo_y=-5, hi_y=0, scale="linear", size=5)
    sheet = manifold_grid(z, view).reshape(5, 5, 3)
    assert (sheet[:, :, 2] == [0.5, 1.5, 2.5, 3.5, 4.5]).all()  # grows to the right
    assert (sheet[:, :, 0].T == [-0.5, -1.5, -2.5, -3.5, -4.5]).all()  # falls downwards
    assert (sheet[:, :, 1] == 8).all()
    assert z.tolist() == [9, 8, 7]


def test_manifold_grid_of_one_dimension() -> None:
    sheet = manifold_grid(np.zeros(1, np.float32), View(0, 0, size=4)).reshape(4, 4)
    assert (sheet == cell_centres(-PRIOR_EDGE, PRIOR_EDGE, "quantile", 4)).all()


def test_prior_draws() -> None:
    draws = prior_draws(20_000, 3, temperature=0.5, seed=1)
    assert draws.shape == (20_000, 3)
    assert draws.dtype == np.float32
    assert draws.mean(0) == pytest.approx(np.zeros(3), abs=0.02)
    assert draws.std(0) == pytest.approx(np.full(3, 0.5), abs=0.01)
    assert (prior_draws(5, 3, seed=1) == prior_draws(5, 3, seed=1)).all()
    assert (prior_draws(5, 3, seed=1) != prior_draws(5, 3, seed=2)).any()
    assert not prior_draws(5, 3, temperature=0).any()


def test_every_step_of_an_arc_is_a_draw_of_the_prior() -> None:
    walks = np.stack([prior_arc(3, 5, seed) for seed in range(4000)])  # [4000, 5, 3]
    np.testing.assert_allclose(walks.mean(0), 0, atol=0.07)
    np.testing.assert_allclose(walks.std(0), 1, atol=0.05)
    np.testing.assert_array_equal(walks[7], prior_arc(3, 5, 7))
    np.testing.assert_allclose(walks[7][[0, -1]], prior_draws(2, 3, seed=7), atol=1e-6)


def test_a_line_is_even_and_has_both_ends() -> None:
    np.testing.assert_allclose(line(np.array([0.0, 1.0]), np.array([3.0, -2.0]), 4), [[0, 1], [1, 0], [2, -1], [3, -2]])


def test_an_arc_turns_evenly_and_grows_evenly() -> None:
    steps = arc(np.array([2.0, 0, 0]), np.array([0, 0, 1.0]), 5).astype(np.float64)
    np.testing.assert_allclose(np.linalg.norm(steps, axis=1), [2, 1.75, 1.5, 1.25, 1], rtol=1e-6)
    angles = np.degrees(np.arctan2(steps[:, 2], steps[:, 0]))
    np.testing.assert_allclose(angles, [0, 22.5, 45, 67.5, 90], atol=1e-4)
    assert not steps[:, 1].any()


def test_an_arc_between_draws_of_the_prior_is_the_textbook_slerp() -> None:
    start, end = prior_draws(2, 16, seed=0).astype(np.float64)
    start, end = start / np.linalg.norm(start), end / np.linalg.norm(end)
    angle = np.arccos(start @ end)
    expected = (np.sin(0.75 * angle) * start + np.sin(0.25 * angle) * end) / np.sin(angle)
    np.testing.assert_allclose(arc(start, end, 5)[1], expected, atol=1e-6)


@pytest.mark.parametrize(
    ("start", "end"), [([0, 0], [1, 2]), ([1, 2], [2, 4]), ([1, 2], [-1, -2]), ([3], [-1]), ([1, 2], [1, 2])]
)
def test_without_a_great_circle_an_arc_is_the_line(start: list[float], end: list[float]) -> None:
    np.testing.assert_array_equal(arc(np.array(start), np.array(end), 7), line(np.array(start), np.array(end), 7))
