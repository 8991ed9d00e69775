"""Rows of images along one coordinate each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.inference import Latents
from explorer.inference.latent_space import Directions, principal_directions
from explorer.inference.likelihood import PerImage
from explorer.inference.live_payload import traversal_codes, traversal_rows
from explorer.inference.live_payload.traversals import MOST_ROWS, STEPS


def latents_of(mu: NDArray[np.floating], prior: bool) -> Latents:
    """Latents with these posterior means; without a prior the KL is 0."""
    mu = mu.astype(np.float32)
    zeros = np.zeros(len(mu), np.float32)
    return Latents(PerImage(mu, mu * 0, zeros, mu**2 * (0.5 if prior else 0.0), zeros), None, ())


def spread_means(n: int, sds: list[float]) -> NDArray[np.float64]:
    """Draws with these standard deviations around 4."""
    return 4 + np.random.default_rng(0).normal(size=(n, len(sds))) * sds


def test_rows_are_the_active_dimensions_in_the_order_of_the_sliders_three_sd_of_the_prior_wide() -> None:
    latents = latents_of(spread_means(400, [1.0, 0.01, 2.0]) - 4, prior=True)
    rows = traversal_rows(latents)
    assert [row["index"] for row in rows] == [2, 0], "the dead one is left out"
    assert all(row["values"] == [-3, -2.25, -1.5, -0.75, 0, 0.75, 1.5, 2.25, 3] for row in rows)


def test_without_a_prior_rows_go_as_far_as_the_codes() -> None:
    (row,) = traversal_rows(latents_of(spread_means(4000, [0.5]), prior=False))
    np.testing.assert_allclose([row["values"][0], row["values"][-1]], [4 - 1.5, 4 + 1.5], atol=0.1)


def test_there_are_not_more_rows_than_are_looked_at() -> None:
    assert len(traversal_rows(latents_of(spread_means(50, [1.0] * 25), prior=True))) == MOST_ROWS


def test_a_code_differs_from_z_in_its_own_coordinate_only() -> None:
    rows = traversal_rows(latents_of(spread_means(400, [1.0, 2.0]), prior=True))
    z = np.array([0.25, -0.5, 1.0], np.float32)  # a class behind it
    codes = traversal_codes(z, rows).reshape(2, STEPS, 3)
    np.testing.assert_array_equal(codes[0, :, 1], np.float32(rows[0]["values"]))
    np.testing.assert_array_equal(codes[0][:, [0, 2]], np.broadcast_to(z[[0, 2]], (STEPS, 2)))
    np.testing.assert_array_equal(codes[1, :, 0], np.float32(rows[1]["values"]))
    assert traversal_codes(z, []).shape == (0, 3)


def test_along_directions_the_other_coordinates_stay() -> None:
    latents = latents_of(spread_means(400, [3.0, 1.0, 0.5]), prior=True)
    directions: Directions = principal_directions(latents.mu)
    rows = traversal_rows(latents, directions)
    z = np.array([0.3, -0.2, 0.1], np.float32)
    codes = traversal_codes(z, rows, directions).reshape(3, STEPS, 3)
    for number, row in enumerate(rows):
        found = directions.coordinates(codes[number])
        kept = [i for i in range(3) if i != number]
        np.testing.assert_allclose(found[:, number], row["values"], atol=1e-5)
        np.testing.assert_allclose(found[:, kept], np.tile(directions.coordinates(z)[kept], (STEPS, 1)), atol=1e-5)
