from __future__ import annotations

from typing import Any

import pytest

from explorer.ui.train.figures_units import dimension_ticks, kl_by_dimension, usage


def line(epoch: float, kl: tuple[float, ...], active: int | None = None) -> dict[str, Any]:
    """One line of metrics, as far as it is drawn."""
    counted = {} if active is None else {"active_units": active}
    return {"epoch": epoch, "test": {"kl_per_dim": list(kl)}, **counted}


METRICS = [line(1.0, (0.1, 2.0, 0.0), 1), line(2.0, (1.5, 2.5, 0.0), 2)]


@pytest.mark.parametrize("dark", [False, True])
def test_a_row_for_each_dimension_and_a_column_for_each_tick(dark: bool) -> None:
    figure = usage(METRICS, 10, dark)
    strip, active = figure.data
    assert [list(row) for row in strip.z] == [[0.1, 1.5], [2.0, 2.5], [0.0, 0.0]]
    assert list(strip.x) == [0.0, 1.0, 2.0]  # edges: one more than columns
    assert list(active.y) == [1, 2]
    assert figure.layout.title.text == "KL per dimension: 2 of 3 are active"
    assert figure.layout.yaxis.range == (2.5, -0.5)  # z0 on top


def test_before_the_first_epoch() -> None:
    figure = usage([], 10, dark=False)
    assert not figure.data
    assert "after the first epoch" in figure.layout.title.text


def test_runs_that_did_not_count_active_units() -> None:
    figure = usage([line(1.0, (0.1, 0.2))], 10, dark=False)
    assert len(figure.data[1].x) == 0
    assert "active" not in figure.layout.title.text


def test_many_dimensions_are_named_sparsely() -> None:
    ticks = dimension_ticks([line(1.0, (0.1,) * 64)])
    assert len(ticks["tickvals"]) <= 7
    assert ticks["ticktext"][0] == "z0"
    assert kl_by_dimension([]) == []
