"""A run's place in the queue, ``queue.json``, and the state of a run that no process trains."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from explorer.base import DamagedFileError, ExplorerError, read_json, record, write_json
from explorer.runs import Run, Status

QUEUE = "queue.json"
ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Place:
    """``queue.json``: a run's place in the queue, and the process that was started for it.

    ``since`` is in Unix seconds; ``pid_started`` is the process's ``start_time``.
    """

    since: float
    epochs: int | None = None  # train until then; None: as its config says
    before: str = "stopped"  # the state that it goes back to when it is taken out
    pid: int | None = None
    pid_started: float | None = None


def place_of(run: Run) -> Place | None:
    """Its place in the queue, None where it never had one; DamagedFileError where the file is damaged."""
    path = run.path / QUEUE
    try:
        return record(Place, read_json(path, "Delete it, then resume the run."), path)
    except DamagedFileError:
        raise
    except ExplorerError:  # missing
        return None


def write_place(run: Run, place: Place) -> None:
    """Replace ``queue.json``."""
    write_json(run.path / QUEUE, asdict(place))


def state_without_process(run: Run, status: Status) -> str:
    """The state of a run that is no longer trained, or whose process was refused before it trained.

    One that waited to go on is as it was before. One that was training has failed, and a new one too.
    """
    if status.state not in ACTIVE:
        return status.state
    if status.state == "running" or not status.weights_sha256:
        return "failed"
    place = place_of(run)
    if place is not None:
        return place.before
    return "finished" if status.epoch >= run.config().training.get("epochs", 0) else "stopped"
