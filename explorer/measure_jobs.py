"""Measures take a minute: they are taken in a process of their own; here is who starts it and how far it is.

The process writes ``measures.progress.json`` and removes it when all is kept. What went wrong stays in it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.files import ensure_folder, read_json, write_json
from explorer.jobs import STALE_S, process_alive, spawn
from explorer.records import record
from explorer.runs import Run, Status

WRITE_EVERY_S = 0.5
EARLY = 0.03  # share done before which no time left is told
STARTING = threading.Lock()  # two visitors who ask at once start one process
Note = Callable[[float, str], None]


@dataclass(frozen=True)
class MeasureProgress:
    """How far the measures are. Times are Unix seconds; ``pid`` None: the process has not shown itself yet."""

    done: float  # share, 0 to 1
    started: float
    weights: str  # of the model that is measured
    title: str = ""  # of the present measure
    pid: int | None = None
    pid_started: float | None = None
    error: str = ""
    hint: str = ""

    @property
    def seconds_left(self) -> float | None:
        """Judged by the pace so far; None before there is one."""
        if self.done < EARLY:
            return None
        return max(0.0, time.time() - self.started) / self.done * (1 - self.done)


def progress_path(run: Run) -> Path:
    """The file beside the measures."""
    return run.made / "measures.progress.json"


def start_measures(run: Run) -> None:
    """Take all measures in a process of its own, unless one is at it. Raises ExplorerError as ``spawn``."""
    with STARTING:
        current = measure_progress(run)
        if current is not None and not current.error:
            return
        write_progress(run, MeasureProgress(0.0, time.time(), run.status().weights_sha256))
        try:
            spawn(run, ["evaluate", str(run.path)])
        except ExplorerError:
            forget_progress(run)
            raise


def write_progress(run: Run, progress: MeasureProgress) -> None:
    """Replace the progress file; ExplorerError where it cannot be written."""
    ensure_folder(run.made)
    write_json(progress_path(run), asdict(progress))


def forget_progress(run: Run) -> None:
    """Remove the progress file, where it is and can be removed."""
    with contextlib.suppress(OSError):
        progress_path(run).unlink(missing_ok=True)


def measure_progress(run: Run) -> MeasureProgress | None:
    """How far the process is that measures the present weights, or what it failed of; None where there is none.

    A dead process is told from a slow one: its progress carries an error.
    """
    path = progress_path(run)
    try:
        progress = record(MeasureProgress, read_json(path), path)
    except ExplorerError:  # not there, or of no use
        return None
    if progress.weights != run.status().weights_sha256:
        return None
    if progress.error or alive(progress):
        return progress
    return replace(progress, error="The process that took the measures ended without finishing.", hint="Try again.")


def alive(progress: MeasureProgress) -> bool:
    """Whether somebody still works on it; a process that was just asked for has a while to show itself."""
    if progress.pid is None:
        return time.time() - progress.started < STALE_S
    return process_alive(Status("running", pid=progress.pid, pid_started=progress.pid_started))


@contextlib.contextmanager
def recorded(run: Run) -> Iterator[Note]:
    """Around measures taken in this process: yields a function that notes how far they are, for pages to see.

    A run that takes no files is measured all the same, unseen.
    """
    recorder = Recorder(run)
    try:
        yield recorder.note
    except ExplorerError as error:
        recorder.fail(error)
        raise
    except KeyboardInterrupt:
        forget_progress(run)
        raise
    except BaseException as error:
        recorder.fail(ExplorerError(f"Measuring ended unexpectedly: {type(error).__name__}.", "See log.txt."))
        raise
    else:
        forget_progress(run)


class Recorder:
    """Writes the progress of this process, at most twice a second."""

    def __init__(self, run: Run) -> None:
        import psutil

        self.run, self.written = run, 0.0
        started = psutil.Process().create_time()
        self.progress = MeasureProgress(0.0, time.time(), run.status().weights_sha256, "", os.getpid(), started)

    def note(self, done: float, title: str) -> None:
        """How far it is, and with what."""
        self.progress = replace(self.progress, done=min(max(done, 0.0), 1.0), title=title)
        if time.monotonic() - self.written >= WRITE_EVERY_S:
            self.write()

    def write(self) -> None:
        """The present state to the file."""
        self.written = time.monotonic()
        with contextlib.suppress(ExplorerError):
            write_progress(self.run, self.progress)

    def fail(self, error: ExplorerError) -> None:
        """Leave the sentence for whoever asked."""
        self.progress = replace(self.progress, error=error.message, hint=error.hint)
        self.write()
