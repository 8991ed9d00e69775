"""Measures taken by a process of their own."""

from __future__ import annotations

import pytest

from explorer.base.errors import ExplorerError
from explorer.measures.jobs import measure_progress, measure_task, recorded_measures, start_measures, stop_measures
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import kept_measures, measured
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.runs.tasks.process_task import TaskCancelledError


def test_nobody_starts_a_second_one(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: started.append(arguments))
    start_measures(load_run(trained))
    start_measures(load_run(trained))
    assert started == [["evaluate", str(trained.path)]]


def failing(run: Run, error: Exception) -> None:
    """Measures that go wrong half way."""
    with recorded_measures(load_run(run)) as note:
        note(0.5, "NLL")
        raise error


def test_a_failure_is_left_for_the_page_and_can_be_tried_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExplorerError):
        failing(trained, ExplorerError("It went wrong.", "Try harder."))
    left = measure_progress(load_run(trained))
    assert left is not None
    assert (left.error, left.hint, left.title) == ("It went wrong.", "Try harder.", "NLL")
    started: list[object] = []
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: started.append(arguments))
    start_measures(load_run(trained))
    assert len(started) == 1
    with pytest.raises(ZeroDivisionError):
        failing(trained, ZeroDivisionError())
    left = measure_progress(load_run(trained))
    assert left is not None
    assert "ended unexpectedly: ZeroDivisionError" in left.error


def test_who_stops_it_keeps_what_is_finished(trained: Run) -> None:
    run = load_run(trained)

    def told(done: float, title: str) -> None:
        if title == MEASURES["kl"].title:
            stop_measures(run)
        note(done, title)

    with pytest.raises(TaskCancelledError, match="stopped"), recorded_measures(run) as note:
        measured(run, ["elbo", "kl", "mse"], progress=told)
    assert kept_measures(run).keys() == {"elbo"}
    assert measure_progress(run) is None
    assert not measure_task(run).stop_path.exists()
