"""The map's figure: every point once, in its class's colour, and nothing assumed of labels."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.evaluation import PerImage
from explorer.latents import Latents
from explorer.projections import Projection
from explorer.ui.figures import class_colour
from explorer.ui.figures_map import NEUTRAL, class_name, groups, map_figure

LABELS = np.array([2, 0, 2, 1, 7])


def latents(labels: NDArray[np.int64] | None) -> Latents:
    """Five images, three named classes."""
    mu = np.arange(10, dtype=np.float32).reshape(5, 2)
    row = np.arange(5, dtype=np.float32)
    return Latents(PerImage(mu, mu * 0, -row, (mu / 2).astype(np.float32), row), labels, ("nil", "one", "two"))


PROJECTION = Projection("tsne", "test", np.arange(10, dtype=np.float32).reshape(5, 2))


def test_every_point_stands_once_with_its_index_and_kl() -> None:
    chart = map_figure(PROJECTION, latents(LABELS), dark=False)
    rows = np.concatenate([trace.customdata for trace in chart.data])
    assert sorted(rows[:, 0]) == [0, 1, 2, 3, 4]
    by_index = dict(rows.tolist())
    assert by_index[3] == pytest.approx(6.5)  # 6/2 + 7/2
    for trace in chart.data:
        np.testing.assert_array_equal(trace.x, PROJECTION.points[trace.customdata[:, 0].astype(int), 0])


def test_classes_have_their_names_and_colours() -> None:
    chart = map_figure(PROJECTION, latents(LABELS), dark=False)
    assert [trace.name for trace in chart.data] == ["nil", "one", "two", "7"]
    assert [trace.marker.color for trace in chart.data] == [class_colour(label) for label in (0, 1, 2, 7)]
    assert "class two" in chart.data[2].hovertemplate


def test_without_labels_all_is_neutral_and_there_is_no_legend() -> None:
    chart = map_figure(PROJECTION, latents(None), dark=True)
    assert [trace.marker.color for trace in chart.data] == [NEUTRAL]
    assert chart.layout.showlegend is False
    assert "class" not in chart.data[0].hovertemplate
    assert class_name(latents(None), 0) is None


def test_groups_lead_from_a_click_back_to_the_image() -> None:
    assert [indices.tolist() for _, _, indices in groups(latents(LABELS))] == [[1], [3], [0, 2], [4]]


def test_the_selected_image_alone_is_marked() -> None:
    chart = map_figure(PROJECTION, latents(LABELS), dark=False, selected=2)
    assert [list(trace.selectedpoints) for trace in chart.data] == [[], [], [1], []]
    assert all(trace.selectedpoints is None for trace in map_figure(PROJECTION, latents(LABELS), dark=False).data)
