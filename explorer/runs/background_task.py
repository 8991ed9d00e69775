"""How far a process is that works on a run, in a file that pages read; a dead process is told from a slow one."""

from __future__ import annotations

import contextlib
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TypeVar

from explorer.base import ExplorerError, ensure_folder, read_json, record, write_json
from explorer.runs.loaded_run import LoadedRun
from explorer.runs.processes import STALE_S, process_alive
from explorer.runs.run import Status


@dataclass(frozen=True)
class WorkProgress:
    """How far the work is. Times are Unix seconds; ``pid`` None: its process has not shown itself yet."""

    done: float  # share, 0 to 1
    started: float
    weights: str  # of the model that is worked on
    pid: int | None = None
    pid_started: float | None = None
    error: str = ""
    hint: str = ""

    def left_s(self, early: float) -> float | None:
        """Judged by the pace so far; None before the share ``early`` is done."""
        if self.done < early:
            return None
        return max(0.0, time.time() - self.started) / self.done * (1 - self.done)


Progress = TypeVar("Progress", bound=WorkProgress)


def read_progress(run: LoadedRun, path: Path, kind: type[Progress], died: str) -> Progress | None:
    """The work on the present weights that is under way or has failed; None where there is none.

    That of a process which is gone carries the error ``died``.
    """
    try:
        progress = record(kind, read_json(path), path)
    except ExplorerError:  # not there, or of no use
        return None
    if progress.weights != run.weights_sha256:
        return None
    if progress.error or alive(progress):
        return progress
    return replace(progress, error=died, hint="Try again.")


def alive(progress: WorkProgress) -> bool:
    """Whether somebody still works on it; a process that was just asked for has a while to show itself."""
    if progress.pid is None:
        return time.time() - progress.started < STALE_S
    return process_alive(Status("running", pid=progress.pid, pid_started=progress.pid_started))


def keep_progress(path: Path, progress: WorkProgress) -> None:
    """Replace the file; ExplorerError where it cannot be written."""
    ensure_folder(path.parent)
    write_json(path, asdict(progress))


def remove(*paths: Path) -> None:
    """Delete files, where they are and can be deleted."""
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
