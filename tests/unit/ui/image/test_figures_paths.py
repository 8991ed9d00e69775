"""The chart along a path."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.image_lab.scores.latent_density import SCALES
from explorer.ui.image.figures_paths import beyond, path_figure

SHARES = np.linspace(0, 1, 5)
VALUES = np.array([1.0, -3.0, 4.0, 9.0, 2.0])
BAND = (0.0, 5.0)


@pytest.mark.parametrize(("name", "holes"), [("density", [1]), ("prior", [1]), ("nearest", [3])])
def test_a_hole_is_where_the_value_leaves_the_band_on_its_side(name: str, holes: list[int]) -> None:
    assert np.flatnonzero(beyond(VALUES, SCALES[name], BAND)).tolist() == holes


@pytest.mark.parametrize("dark", [False, True])
def test_the_chart_has_the_line_the_holes_the_band_and_the_images(dark: bool) -> None:
    chart = path_figure(SHARES, VALUES, SCALES["density"], BAND, [0.4], dark)
    line, hole = chart.data
    assert list(line.x) == [0, 25, 50, 75, 100]
    assert list(line.y) == VALUES.tolist()
    assert np.flatnonzero(~np.isnan(np.array(hole.y, float))).tolist() == [1]
    band, stop = chart.layout.shapes
    assert (band.y0, band.y1) == BAND
    assert (stop.x0, stop.x1) == (40, 40)
    low, high = chart.layout.yaxis.range
    assert low < -3
    assert high > 9


def test_a_level_line_has_room_around_it() -> None:
    chart = path_figure(SHARES, np.full(5, 2.0), SCALES["density"], (2.0, 2.0), [], False)
    low, high = chart.layout.yaxis.range
    assert low < 2 < high


def test_without_a_band_nothing_is_beyond_it() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert not beyond(values, SCALES["nearest"], None).any()
    chart = path_figure(np.linspace(0, 1, 3), values, SCALES["nearest"], None, [0.5], dark=False)
    assert [shape.type for shape in chart.layout.shapes] == ["line"]
