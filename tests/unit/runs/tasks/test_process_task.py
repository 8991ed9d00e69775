"""Tasks in processes: progress, cancellation, errors and time limits, the same for every kind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.files import read_json
from explorer.maps.fits.jobs import map_task
from explorer.measures.jobs import measure_task
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run
from explorer.runs.tasks import process_task
from explorer.runs.tasks.process_task import LIMIT_S, ProcessTask, TaskCancelledError, TaskProgress, remaining_s
from explorer.runs.tasks.processes import STALE_S, start_time

KINDS: dict[str, Callable[[LoadedRun], ProcessTask]] = {
    "map": lambda run: map_task(run, "tsne"),
    "map of all images": lambda run: map_task(run, "umap", split="all"),
    "measures": measure_task,
}


@pytest.fixture(params=KINDS)
def task(request: pytest.FixtureRequest, trained: Run) -> ProcessTask:
    """A task of each kind."""
    return KINDS[request.param](load_run(trained))


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The processes that would have been started."""
    started: list[list[str]] = []
    monkeypatch.setattr(process_task, "spawn", lambda run, arguments: started.append(arguments))
    return started


def own(task: ProcessTask, **changes: Any) -> TaskProgress:
    """Progress of this very process."""
    began = start_time(os.getpid())
    return replace(TaskProgress(0.2, time.time(), task.run.weights_sha256, os.getpid(), began), **changes)


def error_of(task: ProcessTask) -> str:
    """The error of a task that is there."""
    progress = task.progress()
    assert progress is not None
    return progress.error


def test_who_asks_at_once_starts_one_process(task: ProcessTask, spawned: list[list[str]]) -> None:
    gate = threading.Barrier(8)

    def ask(_: int) -> None:
        gate.wait()
        task.start(["work"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert spawned == [["work"]]
    assert task.running


def test_a_dead_process_differs_from_a_slow_one(task: ProcessTask) -> None:
    slow = own(task, started=time.time() - 3600)
    task.write(slow)
    assert task.progress() == slow
    task.write(own(task, pid_started=1.0))  # its number was taken by another process
    assert "ended without finishing" in error_of(task)


def test_a_process_that_never_writes_is_dead_after_a_while(task: ProcessTask) -> None:
    asked = own(task, pid=None, pid_started=None)
    task.write(asked)
    assert task.progress() == asked
    task.write(replace(asked, started=time.time() - STALE_S - 1))
    assert "ended without finishing" in error_of(task)


def test_a_task_without_progress_is_stuck_and_its_process_ended(
    task: ProcessTask, spawned: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[object, object]] = []
    monkeypatch.setattr(process_task, "terminate", lambda *process: ended.append(process))
    long_ago = time.time() - LIMIT_S - 60
    moving = own(task, started=long_ago, moved=time.time() - 1)
    task.write(moving)
    assert task.progress() == moving
    still = own(task, started=long_ago, moved=long_ago)
    task.write(still)
    assert "no progress for 2 h" in error_of(task)
    task.start(["again"])
    assert ended == [(still.pid, still.pid_started)]
    assert spawned == [["again"]]


def test_progress_of_other_weights_and_damaged_files_count_as_none(task: ProcessTask) -> None:
    task.write(own(task, weights="others", error="No."))
    assert task.progress() is None
    for content in (b"", b'{"done": 0.5', b"[]", b'{"done": "half", "started": 0, "weights": ""}'):
        task.path.write_bytes(content)
        assert task.progress() is None


def test_a_file_of_an_earlier_version_is_read(task: ProcessTask) -> None:
    task.path.parent.mkdir(exist_ok=True)
    task.path.write_text(f'{{"done": 0.5, "started": {time.time()}, "weights": "{task.run.weights_sha256}"}}')
    progress = task.progress()
    assert progress is not None
    assert (progress.done, progress.error) == (0.5, "")


def test_progress_is_seen_and_the_files_go_at_the_end(task: ProcessTask) -> None:
    with task.recorded() as recorder:
        assert recorder.note(0.25, "stage") is False
        recorder.write()
        seen = task.progress()
        assert seen is not None
        assert (seen.done, seen.title, seen.pid, seen.error) == (0.25, "stage", os.getpid(), "")
        for file in task.files:
            file.write_bytes(b"")
    assert [file for file in (task.path, task.stop_path, *task.files) if file.exists()] == []


def test_progress_is_written_at_most_twice_a_second(task: ProcessTask) -> None:
    with task.recorded() as recorder:
        for i in range(100):
            recorder.note(i / 100)
        assert read_json(task.path)["done"] < 0.99


def test_a_cancelled_task_hears_of_it_and_is_no_failure(task: ProcessTask) -> None:
    task.cancel()
    assert not task.stop_path.exists()  # nothing runs

    def work() -> None:
        with task.recorded() as recorder:
            assert not recorder.note(0.1)
            task.cancel()
            assert recorder.note(0.2)
            raise TaskCancelledError("Stopped.")

    with pytest.raises(TaskCancelledError):
        work()
    assert task.progress() is None
    assert not task.stop_path.exists()


def test_a_new_task_does_not_obey_an_old_stop(task: ProcessTask, spawned: list[list[str]]) -> None:
    task.stop_path.parent.mkdir(exist_ok=True)
    task.stop_path.write_bytes(b"stop")
    task.start(["work"])
    assert spawned
    assert not task.stop_path.exists()


@pytest.mark.parametrize("error", [ExplorerError("Too few images.", "Use more."), ZeroDivisionError()])
def test_what_goes_wrong_stays_for_the_page(task: ProcessTask, error: Exception, spawned: list[list[str]]) -> None:
    with pytest.raises(type(error)), task.recorded():
        raise error
    assert error_of(task) in ("Too few images.", f"{task.title} ended unexpectedly: ZeroDivisionError.")
    task.start(["again"])
    assert spawned == [["again"]]


def test_an_interrupted_task_is_no_failure(task: ProcessTask) -> None:
    with pytest.raises(KeyboardInterrupt), task.recorded():
        raise KeyboardInterrupt
    assert task.progress() is None


def test_a_process_that_cannot_start_leaves_nothing(task: ProcessTask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(run: Run, arguments: list[str]) -> None:
        raise ExplorerError("No processes left.")

    monkeypatch.setattr(process_task, "spawn", fail)
    with pytest.raises(ExplorerError, match="No processes"):
        task.start(["work"])
    assert task.progress() is None


def test_time_left_follows_the_speed() -> None:
    assert remaining_s(0.0, 10) is None
    assert remaining_s(0.25, 10) == pytest.approx(30)
    assert remaining_s(1.0, 10) == 0


def test_a_process_that_finishes_between_two_looks_has_not_failed(
    task: ProcessTask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task.write(own(task))

    def finished(_: object) -> bool:
        task.path.unlink(missing_ok=True)
        return False

    monkeypatch.setattr(process_task, "process_alive", finished)
    assert task.progress() is None


def test_work_that_nobody_asked_for_does_not_obey_an_old_stop(task: ProcessTask) -> None:
    task.stop_path.parent.mkdir(exist_ok=True)
    task.stop_path.write_bytes(b"stop")
    with task.recorded() as recorder:
        assert not recorder.note(0.1)
