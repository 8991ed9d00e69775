"""The queue of trainings: who waits, who starts when a slot is free, and who is started once only."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import settings
from explorer.cli.main import main
from explorer.runs.control import control_word
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.runs.tasks.processes import STALE_S, start_time
from explorer.training import queue
from explorer.training.checkpoint import STATE
from explorer.training.queue import advance, pause, requeue, start, stop, waiting, watch
from explorer.training.queue_place import ACTIVE, Place, write_place
from explorer.training.run_writer import with_heartbeat
from explorer.training.train_run import new_run
from tests.helpers import tiny_config, wait_for

NOBODY = 2**22 + 1  # larger than any process id


class Launched:
    """Stands in for ``spawn``: notes what would be started; every process is this very one."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []

    def __call__(
        self, run: Run, arguments: list[str], then: Callable[[], None] | None = None
    ) -> tuple[int, float | None]:
        self.commands.append(arguments)
        return os.getpid(), start_time(os.getpid())

    @property
    def names(self) -> list[str]:
        """The runs, in the order in which they were started."""
        return [Path(arguments[2]).name for arguments in self.commands]


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch, runs_root: Path) -> Launched:
    """No process is started."""
    stand_in = Launched()
    monkeypatch.setattr(queue, "spawn", stand_in)
    return stand_in


def ended(run: Run, state: str = "finished", **changes: Any) -> Run:
    """The run as its process leaves it."""
    run.write_status(Status(state, **changes))
    return run


def with_state(run: Run) -> Run:
    """The run with something to go on from."""
    (run.path / STATE).parent.mkdir()
    (run.path / STATE).touch()
    return run


def test_a_second_run_waits_until_the_first_has_ended(launched: Launched) -> None:
    first, second, third = (start(tiny_config(seed=seed)) for seed in range(3))
    assert launched.names == [first.name]
    assert [run.name for run in waiting()] == [second.name, third.name]
    assert {watch(run).state for run in (first, second, third)} == {"queued"}
    advance()
    assert launched.names == [first.name]
    first.write_status(with_heartbeat(Status("running")))
    advance()
    assert launched.names == [first.name]
    ended(first)
    advance()
    assert launched.names == [first.name, second.name]
    ended(second, "failed")
    advance()
    assert launched.names == [first.name, second.name, third.name]
    assert waiting() == []


def test_more_slots(launched: Launched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_SLOTS", "2")
    settings.cache_clear()
    runs = [start(tiny_config(seed=seed)) for seed in range(3)]
    assert launched.names == [runs[0].name, runs[1].name]


def test_the_queue_outlives_the_server(launched: Launched) -> None:
    first, second = start(tiny_config()), start(tiny_config())
    ended(first)
    settings.cache_clear()  # nothing of the queue is kept in the process
    advance()
    assert launched.names == [first.name, second.name]


def test_two_who_look_at_once_start_a_run_once(launched: Launched) -> None:
    first, second = start(tiny_config()), start(tiny_config())
    ended(first)
    lookers = [threading.Thread(target=advance) for _ in range(8)]
    for looker in lookers:
        looker.start()
    for looker in lookers:
        looker.join()
    assert launched.names == [first.name, second.name]


def test_a_waiting_run_is_not_dead_and_can_be_taken_out(launched: Launched) -> None:
    first, second = start(tiny_config()), start(tiny_config())
    write_place(second, Place(time.time() - 10 * STALE_S))
    assert watch(second).state == "queued"
    stop(second)
    assert watch(second).state == "stopped"
    assert control_word(second) == ""
    ended(first)
    advance()
    assert launched.names == [first.name]
    requeue(second)
    assert launched.names == [first.name, second.name]


def test_a_process_that_never_began_is_told(launched: Launched) -> None:
    run = start(tiny_config())
    write_place(run, Place(1.0, pid=NOBODY, pid_started=1.0))
    assert watch(run).state == "failed"
    second = start(tiny_config())
    assert launched.names[-1] == second.name  # it takes no slot


def test_a_process_that_cannot_be_started_fails_and_the_next_one_starts(
    launched: Launched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(run: Run, arguments: list[str], then: Callable[[], None] | None = None) -> tuple[int, float | None]:
        raise ExplorerError("The disk is full.", "Free some space.")

    monkeypatch.setattr(queue, "spawn", full)
    run = start(tiny_config())
    status = watch(run)
    assert (status.state, status.error, status.hint) == ("failed", "The disk is full.", "Free some space.")
    monkeypatch.setattr(queue, "spawn", launched)
    assert launched.names == []
    assert start(tiny_config()).name in launched.names


@pytest.mark.parametrize("state", ["paused", "stopped", "failed"])
def test_resume_goes_through_the_queue_and_keeps_what_is_known(launched: Launched, state: str) -> None:
    busy = start(tiny_config())
    run = ended(new_run(tiny_config(epochs=9)), state, epoch=4, progress=0.4, weights_sha256="w", error="x")
    (run.path / "control").write_text("stop")
    requeue(run)
    requeue(run)  # a second click changes nothing
    status = watch(run)
    assert (status.state, status.epoch, status.progress, status.weights_sha256) == ("queued", 4, 0.4, "w")
    assert status.error == ""
    assert control_word(run) == ""
    ended(busy)
    advance()
    assert launched.commands[-1] == ["train", "--resume", str(run.path)]


def test_a_dead_run_can_be_resumed(launched: Launched) -> None:
    run = ended(new_run(tiny_config()), "running", pid=NOBODY, pid_started=1.0)
    assert watch(run).state == "failed"
    requeue(run)
    assert launched.names == [run.name]


def test_a_finished_run_goes_on_only_for_more_epochs(launched: Launched) -> None:
    run = ended(new_run(tiny_config(epochs=2)), epoch=2, progress=1.0)
    for epochs in (None, 2):
        with pytest.raises(ExplorerError, match="all its 2 epochs"):
            requeue(run, epochs)
    with pytest.raises(ExplorerError, match="keeps no state"):
        requeue(run, 5)
    with_state(run)
    requeue(run, 5)
    assert launched.commands == [["train", "--resume", str(run.path), "--epochs", "5"]]


def test_a_finished_run_taken_out_of_the_queue_is_finished(launched: Launched) -> None:
    start(tiny_config())
    run = with_state(ended(new_run(tiny_config(epochs=2)), epoch=2))
    requeue(run, 5)
    stop(run)
    assert watch(run).state == "finished"


def test_pause_and_stop_are_asked_for_in_the_run(launched: Launched) -> None:
    run = start(tiny_config())
    assert control_word(run) == ""
    pause(run)
    assert control_word(run) == "pause"
    stop(run)
    assert control_word(run) == "stop"


def test_a_damaged_run_holds_nobody_up(launched: Launched) -> None:
    (start(tiny_config()).path / "status.json").write_text("{")
    second = start(tiny_config())
    assert launched.names[-1] == second.name


def test_a_run_that_the_command_line_is_about_to_train_is_left_to_it(launched: Launched) -> None:
    new_run(tiny_config())
    advance()
    assert launched.names == []


@pytest.mark.usefixtures("runs_root")
def test_a_training_at_its_end_starts_the_next_without_a_page(launched: Launched) -> None:
    first, second = start(tiny_config()), start(tiny_config())
    assert main(["train", "--resume", first.name]) == 0  # as its process does
    assert launched.names == [first.name, second.name]


@pytest.mark.usefixtures("runs_root")
def test_the_next_training_starts_by_itself(runs_root: Path) -> None:
    first, second = start(tiny_config(epochs=2)), start(tiny_config(epochs=1))
    assert [run.name for run in waiting()] == [second.name]
    wait_for(lambda: watch(second).state not in ACTIVE)
    assert (watch(first).state, watch(second).state) == ("finished", "finished")


@pytest.mark.usefixtures("runs_root")
def test_the_next_training_starts_when_one_is_killed(runs_root: Path) -> None:
    first, second = start(tiny_config(epochs=100_000)), start(tiny_config(epochs=1))
    wait_for(lambda: watch(first).state == "running" and watch(first).epoch > 0)
    psutil.Process(watch(first).pid).kill()
    wait_for(lambda: watch(second).state == "finished")
    assert watch(first).state == "failed"
