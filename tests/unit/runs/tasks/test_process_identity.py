"""A process that works on a run is known by its id and start, also while the clock is set; a killed one is gone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from explorer.maps.fits.jobs import map_task
from explorer.measures.jobs import measure_task
from explorer.runs.loaded_run import load_run
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.runs.tasks.process_task import ProcessTask, TaskProgress
from explorer.runs.tasks.processes import start_time, terminate
from explorer.training.queue import watch
from explorer.training.queue_place import Place, write_place
from explorer.training.train_run import new_run
from tests.helpers import tiny_config, wait_for

Alive = Callable[[], bool]
Work = Callable[[Run, int], Alive]  # has a process with this id recorded as at work on the run


def training(_: Run, pid: int) -> Alive:
    """A run in training."""
    run = new_run(tiny_config())
    run.write_status(Status("running", pid=pid, pid_started=start_time(pid)))
    return lambda: watch(run).state == "running"


def queued(_: Run, pid: int) -> Alive:
    """A run whose process was started and has not begun to train."""
    run = new_run(tiny_config())
    write_place(run, Place(time.time(), pid=pid, pid_started=start_time(pid)))
    return lambda: watch(run).state == "queued"


def task_of(task: ProcessTask, pid: int) -> Alive:
    """A task in a process of its own."""
    task.write(TaskProgress(0.2, time.time(), task.run.weights_sha256, pid, start_time(pid)))
    return lambda: task.running


WORK: dict[str, Work] = {
    "training": training,
    "queued": queued,
    "map": lambda run, pid: task_of(map_task(load_run(run), "tsne"), pid),
    "measures": lambda run, pid: task_of(measure_task(load_run(run)), pid),
}


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until its input ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def set_clock(monkeypatch: pytest.MonkeyPatch, by_s: float) -> None:
    """Set the clock: the boot time, which psutil works out from the present time, moves with it."""
    now, booted = time.time, psutil.boot_time()
    monkeypatch.setattr(time, "time", lambda: now() + by_s)
    for name in ("psutil.boot_time", "psutil._pslinux.boot_time"):
        monkeypatch.setattr(name, lambda: booted + by_s)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system itself keeps the time of a process's start")
@pytest.mark.parametrize("by_s", [10, -10, 3600])
@pytest.mark.parametrize("kind", WORK)
def test_a_clock_that_is_set_kills_nothing(
    kind: str, by_s: float, trained: Run, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = WORK[kind](trained, process.pid)
    before = psutil.Process(process.pid).create_time()
    set_clock(monkeypatch, by_s)
    assert psutil.Process(process.pid).create_time() == pytest.approx(before + by_s)  # the clock was set for psutil
    assert alive()


@pytest.mark.parametrize("kind", WORK)
def test_a_killed_process_is_gone(kind: str, trained: Run, process: subprocess.Popen[bytes]) -> None:
    alive = WORK[kind](trained, process.pid)
    assert alive()
    process.kill()  # as kill -9; not yet waited for, it stays as a zombie
    wait_for(lambda: not alive())
    process.wait()
    assert not alive()


def test_an_id_used_again_is_spared(process: subprocess.Popen[bytes]) -> None:
    began = start_time(process.pid)
    assert began is not None
    terminate(process.pid, began - 1)
    assert process.poll() is None
    terminate(process.pid, began)
    assert process.wait(30) != 0


def test_no_process_has_no_start() -> None:
    assert start_time(2**22 + 1) is None
