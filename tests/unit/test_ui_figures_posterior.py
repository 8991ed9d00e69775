"""Posterior chart, distributions and error pictures."""

from __future__ import annotations

import numpy as np
import pytest
from plotly.colors import sample_colorscale, unlabel_rgb

from explorer.ui.figures_posterior import error_picture, magnitude_table, posterior_figure, share_figure


def test_dimensions_stand_in_the_given_order_with_sigma_as_whiskers() -> None:
    mu, sigma, kl = np.array([0.1, 0.2, 0.3]), np.array([1.0, 0.5, 0.2]), np.array([0.0, 1.0, 2.0])
    trace = posterior_figure(mu, sigma, kl, [2, 1, 0], dark=False).data[0]
    assert list(trace.x) == ["z2", "z1", "z0"]
    assert list(trace.y) == [0.3, 0.2, 0.1]
    assert list(trace.error_y.array) == [0.2, 0.5, 1.0]


@pytest.mark.parametrize("value", [-50.0, 100.0, 9000.0])
def test_all_images_are_counted_and_the_line_lies_within(value: float) -> None:
    values = np.random.default_rng(0).normal(100, 10, 500)
    chart = share_figure(values, value, "KL", "9th percentile", dark=True)
    bars = chart.data[0]
    assert sum(bars.y) == 500
    assert chart.layout.shapes[0].x0 == value
    assert min(bars.x) - bars.width <= value <= max(bars.x) + bars.width
    assert "9th percentile" in chart.layout.title.text


def test_equal_values_still_make_a_chart() -> None:
    chart = share_figure(np.full(7, 3.0), 3.0, "KL", "50th percentile", dark=False)
    assert sum(chart.data[0].y) == 7
    assert chart.data[0].width > 0


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
    np.testing.assert_array_equal(error_picture(error)[:, 0, 0], magnitude_table()[30])
