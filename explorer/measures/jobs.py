"""Measures take a minute: they are taken in a process of their own; here is who starts it and how far it is.

The process writes ``measures.progress.json`` and removes it when all is kept. What went wrong stays in it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.base import ExplorerError
from explorer.runs import LoadedRun, WorkProgress, keep_progress, read_progress, remove, spawn

WRITE_EVERY_S = 0.5
EARLY = 0.03  # share done before which no time left is told
STARTING = threading.Lock()  # two visitors who ask at once start one process
Note = Callable[[float, str], None]


@dataclass(frozen=True)
class MeasureProgress(WorkProgress):
    """How far the measures are."""

    title: str = ""  # of the present measure

    @property
    def seconds_left(self) -> float | None:
        """Judged by the pace so far; None before there is one."""
        return self.left_s(EARLY)


def progress_path(run: LoadedRun) -> Path:
    """The file beside the measures."""
    return run.made / "measures.progress.json"


def start_measures(run: LoadedRun) -> None:
    """Take all measures in a process of its own, unless one is at it. Raises ExplorerError as ``spawn``."""
    with STARTING:
        current = measure_progress(run)
        if current is not None and not current.error:
            return
        write_progress(run, MeasureProgress(0.0, time.time(), run.weights_sha256))
        try:
            spawn(run.run, ["evaluate", str(run.path)])
        except ExplorerError:
            remove(progress_path(run))
            raise


def write_progress(run: LoadedRun, progress: MeasureProgress) -> None:
    """Replace the progress file; ExplorerError where it cannot be written."""
    keep_progress(progress_path(run), progress)


def measure_progress(run: LoadedRun) -> MeasureProgress | None:
    """How far the process is that measures the present weights, or what it failed of; None where there is none."""
    died = "The process that took the measures ended without finishing."
    return read_progress(run, progress_path(run), MeasureProgress, died)


@contextlib.contextmanager
def recorded(run: LoadedRun) -> Iterator[Note]:
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
        remove(progress_path(run))
        raise
    except BaseException as error:
        recorder.fail(ExplorerError(f"Measuring ended unexpectedly: {type(error).__name__}.", "See log.txt."))
        raise
    else:
        remove(progress_path(run))


class Recorder:
    """Writes the progress of this process, at most twice a second."""

    def __init__(self, run: LoadedRun) -> None:
        import psutil

        self.run, self.written = run, 0.0
        started = psutil.Process().create_time()
        self.progress = MeasureProgress(0.0, time.time(), run.weights_sha256, os.getpid(), started)

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
