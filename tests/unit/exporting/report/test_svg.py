"""Charts as SVG: where points come to lie, and that text stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest

from explorer.exporting.report.map_chart import map_chart
from explorer.exporting.report.svg import BOTTOM, LEFT, RIGHT, TOP, Axis, line_chart, nice_step


@pytest.mark.parametrize(("span", "step"), [(10, 2), (9.9, 2), (1, 0.2), (69, 20), (0.03, 0.01), (2000, 500)])
def test_steps_are_those_that_people_count_in(span: float, step: float) -> None:
    assert nice_step(span) == pytest.approx(step)


def test_an_axis_spans_its_values_between_whole_ticks() -> None:
    axis = Axis([132, 198], BOTTOM, TOP)
    assert axis.ticks == [120, 140, 160, 180, 200]
    assert (axis.at(120), axis.at(200)) == (BOTTOM, TOP)
    same = Axis([3.0], 0, 100)
    assert same.at(3) == 50


def test_a_chart_is_xml_with_its_points_in_place() -> None:
    root = ET.fromstring(line_chart("<a> & b", ("epoch", "nats"), {"test": [(0, 0), (10, 10)], "train": [(5, 5)]}))
    assert root.attrib["aria-label"] == "<a> & b"
    lines = {line.attrib["class"]: line.attrib["points"] for line in root.iter("polyline")}
    assert lines["curve test"] == f"{LEFT},{BOTTOM} {RIGHT},{TOP}"
    assert len(list(root.iter("circle"))) == 3


def test_a_map_marks_each_point_by_its_class() -> None:
    points = np.random.default_rng(0).standard_normal((30, 2)).astype(np.float32)
    labels = np.arange(30) % 2 * 10  # of equal colours and different marks
    root = ET.fromstring(map_chart(points, labels, "map"))
    paths = {path.attrib["class"].split()[0]: path.attrib["d"] for path in root.iter("path")}
    assert paths["dots"].count("h0") == 15
    assert paths["marks"].count("z") == 15
    (alone,) = ET.fromstring(map_chart(points, None, "map")).iter("path")
    assert "unlabelled" in alone.attrib["class"]
