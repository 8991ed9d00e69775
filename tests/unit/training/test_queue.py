"""Training in a process of its own: started, watched, stopped, found dead."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from explorer.base.errors import ExplorerError
from explorer.runs.metrics import metric_lines
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.runs.tasks.processes import NICENESS, STALE_S, log_tail, process_alive
from explorer.training import presets, queue
from explorer.training.queue import frames, in_progress, silent_s, start, stop, watch
from explorer.training.run_writer import with_heartbeat
from explorer.training.train_run import new_run
from tests.helpers import tiny_config, wait_for


@pytest.mark.usefixtures("runs_root")
def test_a_training_runs_to_its_end_and_another_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_SLOTS", "2")
    short, long = start(tiny_config(epochs=2)), start(tiny_config(epochs=100_000))
    assert {run.name for run in in_progress()} == {short.name, long.name}
    wait_for(lambda: watch(long).state == "running" and watch(long).epoch > 1)
    assert psutil.Process(watch(long).pid).nice() == NICENESS
    stop(long)
    wait_for(lambda: watch(long).state not in ("queued", "running"))
    wait_for(lambda: watch(short).state not in ("queued", "running"))
    assert watch(short).state == "finished", log_tail(short)
    assert watch(long).state == "stopped", log_tail(long)
    assert [line["epoch"] for line in metric_lines(short)] == [1, 2]
    assert len(frames(short)) == 2
    duplicates, said, bar = log_tail(short).splitlines()
    assert "uplicate" in duplicates
    assert said.startswith("A step of ")
    assert bar.startswith("finished 100%, ")
    assert in_progress() == []
    for run in (short, long):
        assert run.has_weights


@pytest.mark.usefixtures("runs_root")
def test_a_request_that_cannot_be_trained_starts_nothing(runs_root: Path) -> None:
    with pytest.raises(ExplorerError, match="latent size is 0"):
        start(presets.startable(tiny_config(latent=0)))
    assert not runs_root.exists()


@pytest.fixture
def queued(runs_root: Path) -> Run:
    """A run without a process."""
    return new_run(tiny_config())


def test_a_dead_process_is_told(queued: Run) -> None:
    queued.write_status(Status("running", pid=2**22 + 1, pid_started=1.0, epoch=3))
    status = watch(queued)
    assert (status.state, status.epoch, status.hint) == ("failed", 3, "See its log, or resume it.")
    assert status.error == "The training process ended without finishing."
    queued.write_status(Status("running", pid=2**22 + 1, pid_started=1.0, weights_sha256="there"))
    assert watch(queued).hint == "What it had learned by then is kept: resume it."
    assert queued.status().state == "running"  # watching writes nothing


def test_a_process_id_used_again_is_not_ours(queued: Run) -> None:
    ours = with_heartbeat(Status("running"))
    assert ours.pid == os.getpid()
    assert process_alive(ours)
    assert ours.pid_started is not None
    assert not process_alive(replace(ours, pid_started=ours.pid_started - 60))
    assert not process_alive(Status("running"))
    queued.write_status(ours)
    assert watch(queued).state == "running"


def test_a_run_that_finishes_between_two_looks_is_not_called_dead(queued: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(status: Status) -> bool:
        queued.write_status(Status("finished"))
        return False

    queued.write_status(Status("running"))
    monkeypatch.setattr(queue, "process_alive", ended)
    assert watch(queued).state == "finished"


def test_a_run_of_the_command_line_gets_a_while_to_start(queued: Run) -> None:
    assert watch(queued).state == "queued"
    assert [run.name for run in in_progress()] == [queued.name]
    before = time.time() - STALE_S - 1
    os.utime(queued.path / "status.json", (before, before))
    assert watch(queued).state == "failed"
    assert in_progress() == []


def test_a_silent_process_is_slow_not_dead(queued: Run) -> None:
    status = replace(with_heartbeat(Status("running")), heartbeat=time.time() - 2 * STALE_S)
    queued.write_status(status)
    assert watch(queued).state == "running"
    assert silent_s(status) >= 2 * STALE_S
    assert silent_s(with_heartbeat(Status("running"))) == 0
    assert silent_s(Status("queued")) == 0


def test_damaged_runs_are_not_in_progress(queued: Run) -> None:
    (queued.path / "status.json").write_text("{")
    assert in_progress() == []


def test_frames_come_oldest_first(queued: Run) -> None:
    (queued.path / "frames").mkdir()
    for name in ("epoch-0010.png", "epoch-0002.png", ".epoch-0003.png.x"):
        (queued.path / "frames" / name).touch()
    assert [path.name for path in frames(queued)] == ["epoch-0002.png", "epoch-0010.png"]
