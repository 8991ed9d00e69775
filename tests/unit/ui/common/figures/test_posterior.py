"""Posterior chart, distributions and error pictures."""

from __future__ import annotations

import numpy as np
from plotly.colors import sample_colorscale, unlabel_rgb

from explorer.ui.common.figures.posterior import (
    error_picture,
    magnitude_picture,
    posterior_figure,
    signed_picture,
)


def test_dimensions_stand_in_the_given_order_with_sigma_as_whiskers() -> None:
    mu, sigma, kl = np.array([0.1, 0.2, 0.3]), np.array([1.0, 0.5, 0.2]), np.array([0.0, 1.0, 2.0])
    trace = posterior_figure(mu, sigma, kl, [2, 1, 0], dark=False).data[0]
    assert list(trace.x) == ["z2", "z1", "z0"]
    assert list(trace.y) == [0.3, 0.2, 0.1]
    assert list(trace.error_y.array) == [0.2, 0.5, 1.0]


def test_error_colours_are_those_of_the_scale() -> None:
    error = np.array([[[0, 128], [255, 64]]], np.uint8)
    picture = error_picture(error)
    assert picture.shape == (3, 2, 2)
    for row, column in np.ndindex(2, 2):
        wanted = unlabel_rgb(sample_colorscale("Viridis", [error[0, row, column] / 255])[0])
        np.testing.assert_allclose(picture[:, row, column], wanted, atol=1.5)


def test_colour_errors_are_averaged_over_the_bands() -> None:
    error = np.zeros((3, 1, 1), np.uint8)
    error[:, 0, 0] = 0, 30, 60
    np.testing.assert_array_equal(error_picture(error), error_picture(np.full((1, 1, 1), 30, np.uint8)))


def test_magnitudes_are_coloured_up_to_their_top_and_nothing_is_at_its_bottom() -> None:
    picture = magnitude_picture(np.array([[0.0, 0.5, 1.0]]), 1.0)
    np.testing.assert_array_equal(picture[:, 0, 2], magnitude_picture(np.array([[9.0]]), 1.0)[:, 0, 0])
    np.testing.assert_array_equal(picture[:, 0, 0], magnitude_picture(np.zeros((1, 1)), 0.0)[:, 0, 0])


def test_signed_colours_are_red_above_blue_below_and_pale_at_0() -> None:
    below, zero, above = signed_picture(np.array([[-5.0, 0.0, 5.0]]), 5.0)[:, 0].T.astype(int)
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert zero.min() > 240
    np.testing.assert_array_equal(signed_picture(np.array([[99.0]]), 5.0)[:, 0, 0], above)
