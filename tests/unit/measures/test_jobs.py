"""Measures taken by a process of their own."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from explorer.base.errors import ExplorerError
from explorer.measures.jobs import (
    MeasureProgress,
    Recorder,
    measure_progress,
    progress_path,
    recorded,
    start_measures,
    write_progress,
)
from explorer.measures.registry import MEASURES, kept_measures
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

WAIT_S = 200


def test_a_process_takes_them_all_and_cleans_up(trained: Run) -> None:
    start_measures(load_run(trained))
    started = time.monotonic()
    while measure_progress(load_run(trained)) is not None:
        assert time.monotonic() - started < WAIT_S
        progress = measure_progress(load_run(trained))
        assert progress is None or not progress.error, progress
        time.sleep(0.1)
    found = kept_measures(load_run(trained))
    assert found.keys() == MEASURES.keys()
    assert [name for name, one in found.items() if one.absent] == ["class-accuracy", "mig"]
    assert not progress_path(load_run(trained)).exists()


def test_nobody_starts_a_second_one(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr("explorer.measures.jobs.spawn", lambda run, arguments: started.append(arguments))
    start_measures(load_run(trained))
    start_measures(load_run(trained))
    assert started == [["evaluate", str(trained.path)]]


def failing(run: Run, error: Exception) -> None:
    """Measures that go wrong half way."""
    with recorded(load_run(run)) as note:
        note(0.5, "NLL")
        raise error


def test_a_failure_is_left_for_the_page_and_can_be_tried_again(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ExplorerError):
        failing(trained, ExplorerError("It went wrong.", "Try harder."))
    left = measure_progress(load_run(trained))
    assert left is not None
    assert (left.error, left.hint, left.title) == ("It went wrong.", "Try harder.", "NLL")
    started: list[object] = []
    monkeypatch.setattr("explorer.measures.jobs.spawn", lambda run, arguments: started.append(arguments))
    start_measures(load_run(trained))
    assert len(started) == 1
    with pytest.raises(ZeroDivisionError):
        failing(trained, ZeroDivisionError())
    left = measure_progress(load_run(trained))
    assert left is not None
    assert "ended unexpectedly: ZeroDivisionError" in left.error


def test_a_dead_process_is_told_and_one_of_other_weights_is_none(trained: Run) -> None:
    recorder = Recorder(load_run(trained))
    recorder.note(0.25, "NLL")
    there = measure_progress(load_run(trained))
    assert there is not None
    assert not there.error
    write_progress(load_run(trained), replace(there, pid=2**22 + 1, pid_started=1.0))
    dead = measure_progress(load_run(trained))
    assert dead is not None
    assert "ended without finishing" in dead.error
    write_progress(load_run(trained), replace(there, weights="other"))
    assert measure_progress(load_run(trained)) is None
    progress_path(load_run(trained)).write_text("{")
    assert measure_progress(load_run(trained)) is None


def test_time_left_goes_by_the_pace() -> None:
    ten_s_ago = time.time() - 10
    assert MeasureProgress(0.25, ten_s_ago, "").seconds_left == pytest.approx(30, abs=1)
    assert MeasureProgress(0.0, ten_s_ago, "").seconds_left is None
