"""The queue of trainings, each in a process of its own: start, watch, pause, stop. Writes only in run directories.

The queue has no file and no process of its own. A run that waits is in state ``queued`` and says since when in its
``queue.json``; the next one is started when a slot is free, by a page, by a new start, or by a training at its end.
"""

from __future__ import annotations

import contextlib
import fnmatch
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from explorer.base import ExplorerError, locked, remove_file, settings, write_atomic
from explorer.base.languages import N_, _
from explorer.runs import CONTROL, STATUS, Run, Status, changed_s, list_runs
from explorer.runs.tasks import STALE_S, process_alive, spawn
from explorer.training.checkpoint import STATE
from explorer.training.config import TrainConfig
from explorer.training.queue_place import ACTIVE, Place, place_of, state_without_process, write_place
from explorer.training.train_run import new_run

QUEUE_LOCK = ".queue.lock"  # in the runs' root: two who look at once start a run once


def start(config: TrainConfig) -> Run:
    """Queue a new run of a checked ``config``; a process of its own trains it as soon as a slot is free."""
    run = new_run(config)
    write_place(run, Place(time.time()))
    advance()
    return run


def requeue(run: Run, epochs: int | None = None) -> None:
    """Queue a paused, stopped, failed or killed run again; with more ``epochs`` also a finished one.

    Raises ExplorerError when there is nothing left to train. A run that is queued or training is left alone.
    """
    with queue_locked():
        status = watch(run)
        if status.state in ACTIVE:
            return
        if status.state == "finished" and (epochs is None or epochs <= status.epoch):
            raise ExplorerError(
                _("The run {name} has had all its {epoch} epochs.").format(name=run.name, epoch=status.epoch),
                _("Give it more of them."),
            )
        if status.state == "finished" and not (run.path / STATE).is_file():
            raise ExplorerError(
                _("The finished run {name} keeps no state to go on from.").format(name=run.name), _("Clone it instead.")
            )
        remove_file(run.path / CONTROL)  # what stopped it then must not stop it now
        before = status.state if status.state in ("paused", "finished") else "stopped"
        write_place(run, Place(time.time(), epochs, before))
        gone = replace(status, pid=None, pid_started=None, seconds_left=None, error="", hint="")
        run.write_status(replace(gone, state="queued", stage=N_("waiting")))
    advance()


def pause(run: Run) -> None:
    """Ask a run's process to save a checkpoint and end; ``requeue`` continues from there."""
    write_atomic(run.path / CONTROL, b"pause\n")


def stop(run: Run) -> None:
    """Ask a run's process to end, keeping what was learned; a run that still waits is taken out of the queue."""
    with queue_locked():
        if not is_waiting(run):
            write_atomic(run.path / CONTROL, b"stop\n")
            return
        place = place_of(run) or Place(0)
        run.write_status(replace(run.status(), state=place.before, stage=""))


def advance() -> None:
    """Start waiting runs, oldest first, while slots are free. May be called by any process at any time."""
    if not waiting():
        return
    with queue_locked():
        free = settings().slots - sum(map(is_busy, list_runs()))
        for run in waiting()[: max(free, 0)]:
            launch(run)


def launch(run: Run) -> None:
    """Start the process of a waiting run; an error is written to its status."""
    place = place_of(run) or Place(time.time())
    epochs = [] if place.epochs is None else ["--epochs", str(place.epochs)]
    try:
        pid, pid_started = spawn(run, ["train", "--resume", str(run.path), *epochs], then=advance)
        write_place(run, replace(place, pid=pid, pid_started=pid_started))
    except ExplorerError as error:
        with contextlib.suppress(ExplorerError):  # a full disk may not take the sentence either
            run.write_status(replace(run.status(), state="failed", error=error.message, hint=error.hint))


def queue_locked() -> contextlib.AbstractContextManager[None]:
    """Hold the lock on the queue of these runs."""
    return locked(settings().runs / QUEUE_LOCK)


def waiting() -> list[Run]:
    """Runs that wait for a slot, in the order in which they will start."""
    placed = [(place.since, run.name, run) for run in list_runs() if is_waiting(run) and (place := place_of(run))]
    return [run for *_, run in sorted(placed, key=lambda entry: entry[:2])]


def is_waiting(run: Run) -> bool:
    """Whether the run is queued and no process was started for it yet; False for a damaged one."""
    try:
        place = place_of(run)
    except ExplorerError:
        return False
    return place is not None and place.pid is None and state_of(run) == "queued"


def is_busy(run: Run) -> bool:
    """Whether the run takes a slot: it trains, or its process has been started."""
    return state_of(run) in ACTIVE and not is_waiting(run)


def state_of(run: Run) -> str:
    """The run's state as ``watch`` sees it; empty for a damaged one."""
    try:
        return watch(run).state
    except ExplorerError:
        return ""


def watch(run: Run) -> Status:
    """The run's status; as without a process where it is queued or running on file but its process is gone."""
    status = run.status()
    if status.state in ACTIVE and not expected(run, status):
        status = run.status()  # it may have finished, or begun, between the two looks
        return dead(run, status) if status.state in ACTIVE and not expected(run, status) else status
    return status


def expected(run: Run, status: Status) -> bool:
    """Whether a queued run may still start, or the process of a running one is alive."""
    if status.state == "running":
        return process_alive(status)
    place = place_of(run)
    if place is None:  # made on the command line, which is about to start it
        return time.time() - changed_s(run.path / STATUS) < STALE_S
    return place.pid is None or process_alive(replace(status, pid=place.pid, pid_started=place.pid_started))


def dead(run: Run, status: Status) -> Status:
    """The status to show for a run whose process is gone."""
    state = state_without_process(run, status)
    if state != "failed":
        ended = "The process ended before the training went on."
        return replace(status, state=state, stage="", error=ended, hint="See its log, or resume it.")
    kept = "What it had learned by then is kept: resume it." if status.weights_sha256 else "See its log, or resume it."
    return replace(status, state=state, error="The training process ended without finishing.", hint=kept)


def silent_s(status: Status) -> float:
    """Seconds since the last heartbeat of a running process, once that is overdue; 0 before."""
    if status.state != "running" or status.heartbeat is None:
        return 0.0
    silence = time.time() - status.heartbeat
    return silence if silence > STALE_S else 0.0


def in_progress() -> list[Run]:
    """Runs that are queued or training, newest first."""
    return [run for run in list_runs() if state_of(run) in ACTIVE]


def frames(run: Run, kind: str = "epoch") -> list[Path]:
    """The pictures of reconstructions (``epoch``) or of the prior's grid (``manifold``), oldest first."""
    folder = run.path / "frames"
    try:
        names = os.listdir(folder)
    except OSError:  # none yet, or the run was removed
        return []
    return sorted(folder / name for name in fnmatch.filter(names, f"{kind}-*.png"))


def summary(run: Run) -> dict[str, Any]:
    """A run's row in the list of runs."""
    config, status = run.config(), watch(run)
    return {
        "name": run.name,
        "path": str(run.path),
        "model": config.training["model"],
        "dataset": config.training["dataset"],
        "latent": config.training["latent"],
        "state": status.state,
        "epochs": status.epoch,
        "test_elbo_nats": status.test_elbo_nats,
        "validation_elbo_nats": status.validation_elbo_nats,
        "shipped": run.shipped,
    }
