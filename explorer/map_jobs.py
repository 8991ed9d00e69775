"""Maps that take long are fitted in a process of their own; here is who starts it and how far it is.

The process writes ``maps/<...>.progress.json`` and removes it when the map is kept. What went wrong stays in it.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.evaluation import Progress
from explorer.files import read_json, unwritable, write_json
from explorer.jobs import STALE_S, process_alive, spawn
from explorer.projections import kept_map, map_file, projection_spec
from explorer.runs import Run, Status, record

WRITE_EVERY_S = 0.5
STARTING = threading.Lock()  # two visitors who ask at once start one process


@dataclass(frozen=True)
class MapProgress:
    """How far a fit is. Times are Unix seconds; ``pid`` None: its process has not shown itself yet."""

    done: float  # share, 0 to 1
    started: float
    weights: str  # of the model that is mapped
    pid: int | None = None
    pid_started: float | None = None
    error: str = ""
    hint: str = ""

    @property
    def seconds_left(self) -> float | None:
        """Judged by the pace so far; None before there is one."""
        if self.done <= 0:
            return None
        return max(0.0, time.time() - self.started) / self.done * (1 - self.done)


def progress_path(run: Run, method: str) -> Path:
    """The file beside the map of the test split."""
    return (run.path / map_file(method, "test", 0)).with_suffix(".progress.json")


def start_map(run: Run, method: str) -> None:
    """Fit a map of the run's test split in a process of its own, unless one is kept or being fitted.

    Raises ExplorerError for an unknown method and a run that cannot be written.
    """
    projection_spec(method)
    with STARTING:
        current = map_progress(run, method)
        if kept_map(run, method) is not None or (current is not None and not current.error):
            return
        write_progress(run, method, MapProgress(0.0, time.time(), run.status().weights_sha256))
        try:
            spawn(run, ["map", str(run.path), "--method", method])
        except ExplorerError:
            progress_path(run, method).unlink(missing_ok=True)
            raise


def map_progress(run: Run, method: str) -> MapProgress | None:
    """The fit that is under way or has failed; None where there is none of the present weights.

    A dead process is told from a slow one: its progress carries an error.
    """
    path = progress_path(run, method)
    try:
        progress = record(MapProgress, read_json(path), path)
    except ExplorerError:  # not there, or of no use
        return None
    if progress.weights != run.status().weights_sha256:
        return None
    if progress.error or alive(progress):
        return progress
    return replace(progress, error="The process that fitted the map ended without finishing.", hint="Try again.")


def alive(progress: MapProgress) -> bool:
    """Whether somebody still works on it; a process that was just asked for has a while to show itself."""
    if progress.pid is None:
        return time.time() - progress.started < STALE_S
    return process_alive(Status("running", pid=progress.pid, pid_started=progress.pid_started))


def write_progress(run: Run, method: str, progress: MapProgress) -> None:
    """Replace the progress file; ExplorerError where the run cannot be written."""
    path = progress_path(run, method)
    try:
        path.parent.mkdir(exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    write_json(path, asdict(progress))


@contextlib.contextmanager
def recorded(run: Run, method: str) -> Iterator[Progress]:
    """Around a fit in this process: yields a function that notes the share done, for pages to see."""
    recorder = Recorder(run, method)
    try:
        yield recorder.share
    except ExplorerError as error:
        recorder.fail(error)
        raise
    except KeyboardInterrupt:
        recorder.path.unlink(missing_ok=True)
        raise
    except BaseException as error:
        recorder.fail(ExplorerError(f"Fitting the map ended unexpectedly: {type(error).__name__}.", "See log.txt."))
        raise
    recorder.finish()


class Recorder:
    """Writes a fit's progress. A run that takes no files is mapped all the same, unseen."""

    def __init__(self, run: Run, method: str) -> None:
        import psutil

        self.run, self.method, self.path = run, method, progress_path(run, method)
        self.written = 0.0
        pid_started = psutil.Process().create_time()
        self.progress = MapProgress(0.0, time.time(), run.status().weights_sha256, os.getpid(), pid_started)
        self.write()

    def write(self) -> None:
        """The present state to the file."""
        self.written = time.monotonic()
        with contextlib.suppress(ExplorerError):
            write_progress(self.run, self.method, self.progress)

    def share(self, done: float) -> None:
        """Note the share done, at most twice a second."""
        self.progress = replace(self.progress, done=min(max(done, 0.0), 1.0))
        if time.monotonic() - self.written >= WRITE_EVERY_S:
            self.write()

    def fail(self, error: ExplorerError) -> None:
        """Leave the sentence for whoever asked."""
        self.progress = replace(self.progress, error=error.message, hint=error.hint)
        self.write()

    def finish(self) -> None:
        """Nothing is left to say, unless the map could not be kept."""
        if kept_map(self.run, self.method) is not None:
            self.path.unlink(missing_ok=True)
            return
        place = self.path.parent
        self.fail(ExplorerError(f"The map could not be kept in {place}.", "Check permissions and the free space."))
