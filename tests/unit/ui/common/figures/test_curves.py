from __future__ import annotations

import pytest

from explorer.ui.common.figures.curves import curve, epochs_spanned, learning_curves, log_possible
from tests.helpers import METRICS, metric_line


def test_the_curves_are_losses_in_nats() -> None:
    assert curve(METRICS, "elbo_nats", -1, "train") == [153, 124, 105]
    assert curve(METRICS, "elbo_nats", -1, "test") == [154, 125, 106]
    assert curve(METRICS, "kl_nats", 1, "test") == [3, 4, 5]


@pytest.mark.parametrize("dark", [False, True])
def test_three_panels_of_two_splits(dark: bool) -> None:
    figure = learning_curves(METRICS, 10, dark)
    drawn = {(trace.xaxis, trace.name): list(trace.y) for trace in figure.data}
    assert drawn["x", "test"] == [154, 125, 106]
    assert drawn["x2", "train"] == [150, 120, 100]
    assert drawn["x3", "test"] == [3, 4, 5]
    assert len(drawn) == 6
    assert [trace.name for trace in figure.data if trace.showlegend] == ["train", "test"]
    assert list(figure.data[0].x) == [1.0, 2.0, 2.5]
    assert figure.layout.title.text == "Lower is better: -ELBO of the test images is 106 nats"
    assert figure.layout.yaxis.title.text == "nats per image"
    assert all("%{text} nats" in trace.hovertemplate for trace in figure.data)
    assert list(figure.data[1].text) == ["154", "125", "106"]


def test_validation_images_have_a_curve_of_their_own() -> None:
    lines = [{**line, "validation": {**line["test"], "elbo_nats": line["test"]["elbo_nats"] - 2}} for line in METRICS]
    figure = learning_curves(lines, 10, dark=False)
    drawn = {trace.name: trace for trace in figure.data if trace.xaxis == "x"}
    assert list(drawn) == ["train", "validation", "test"]
    assert list(drawn["validation"].y) == [156, 127, 108]
    assert len({trace.line.dash for trace in drawn.values()}) == 3
    assert figure.layout.title.text == "Lower is better: -ELBO of the test images is 106 nats"


def test_before_the_first_epoch_the_axes_stand_already() -> None:
    figure = learning_curves([], 4, dark=False)
    assert "first epoch" in figure.layout.title.text
    assert not figure.layout.yaxis.showticklabels
    assert figure.layout.xaxis.range == (0, 4)


@pytest.mark.parametrize(
    ("done", "epochs", "span"), [(None, 300, 10), (3, 4, 4), (10, 300, 10), (10.5, 300, 20), (250, 300, 300)]
)
def test_the_axis_of_epochs_doubles_up_to_all(done: float | None, epochs: int, span: int) -> None:
    assert epochs_spanned([] if done is None else [metric_line(done)], epochs) == span


def test_logarithms_only_of_what_has_one() -> None:
    assert log_possible(METRICS)
    assert not log_possible([*METRICS, metric_line(3.0, reconstruction=20.0)])
    figure = learning_curves(METRICS, 10, dark=False, log_y=True)
    assert {figure.layout[axis].type for axis in ("yaxis", "yaxis2", "yaxis3")} == {"log"}
