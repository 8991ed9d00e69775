from __future__ import annotations

import pytest

from explorer.base.palette import RUN_COLOURS
from explorer.ui.compare.figures import DASHES, SYMBOLS, Course, compared_curves
from tests.helpers import METRICS

LINES = [{**line, "test": {**line["test"], "mse": 0.1 / (i + 1)}} for i, line in enumerate(METRICS)]


@pytest.mark.parametrize("dark", [False, True])
def test_each_run_has_one_line_in_each_panel_and_one_word_in_the_legend(dark: bool) -> None:
    courses = [Course("A one", RUN_COLOURS[0], LINES), Course("B two", RUN_COLOURS[1], LINES[:2])]
    figure = compared_curves(courses, "what to see", dark)
    drawn = {(trace.xaxis, trace.name): trace for trace in figure.data}
    assert len(drawn) == 6
    assert list(drawn["x", "A one"].y) == [154, 125, 106]
    assert list(drawn["x2", "A one"].y) == [3, 4, 5]
    assert list(drawn["x3", "B two"].y) == [0.1, 0.05]
    assert [trace.name for trace in figure.data if trace.showlegend] == ["A one", "B two"]
    for name, colour in (("A one", RUN_COLOURS[0]), ("B two", RUN_COLOURS[1])):
        own = [trace for trace in figure.data if trace.name == name]
        assert {trace.line.color for trace in own} == {colour}
        assert len({trace.line.dash for trace in own}) == 1
    assert figure.layout.title.text == "what to see"


def test_without_an_elbo_there_is_only_the_error() -> None:
    courses = [Course("A one", RUN_COLOURS[0], LINES), Course("B plain", RUN_COLOURS[1], LINES, variational=False)]
    figure = compared_curves(courses, "", dark=False)
    assert [trace.xaxis for trace in figure.data if trace.name == "B plain"] == ["x3"]
    assert [trace.name for trace in figure.data if trace.showlegend] == ["A one", "B plain"]


def test_four_runs_differ_by_more_than_colour() -> None:
    assert len(set(DASHES)) == len(set(SYMBOLS)) == len(set(RUN_COLOURS)) == 4
