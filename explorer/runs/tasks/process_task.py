"""A task on a run in a process of its own: started once, watched, cancelled, and said to have failed where it has.

The process writes how far it is into ``<name>.progress.json`` and removes that file at its end; what went wrong stays
in it. ``<name>.stop`` asks it to end early. Maps and measures are such tasks; ``thread_task`` is the same within this
process.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from explorer.base import (
    ExplorerError,
    duration,
    ensure_folder,
    read_json,
    record,
    remove_files,
    write_atomic,
    write_json,
)
from explorer.runs.loaded_run import LoadedRun
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.runs.tasks.processes import STALE_S, process_alive, spawn, start_time, terminate

WRITE_EVERY_S = 0.5
EARLY = 0.03  # share done before which the time left is not estimated
LIMIT_S = 7200.0  # without progress, after which a task counts as stuck
STARTING = threading.Lock()  # two visitors who ask at once start one process


class TaskCancelledError(ExplorerError):
    """The task was asked to end and keeps nothing unfinished."""


@dataclass(frozen=True)
class TaskProgress:
    """How far a task is. Times are Unix seconds, except ``pid_started``, which is the process's ``start_time``.

    ``pid`` is None until the process has written for the first time.
    """

    done: float  # share, 0 to 1
    started: float
    weights: str  # SHA-256 of the weights that are worked on
    pid: int | None = None
    pid_started: float | None = None
    title: str = ""  # of the present stage
    moved: float | None = None  # when ``done`` was last noted; None: not since it started
    error: str = ""
    hint: str = ""

    @property
    def seconds_left(self) -> float | None:
        """The time left at the speed so far; None before there is one."""
        return remaining_s(self.done, time.time() - self.started)

    @property
    def silent_s(self) -> float:
        """Seconds since it last moved."""
        return time.time() - (self.started if self.moved is None else self.moved)


@dataclass(frozen=True)
class ProcessTask:
    """A task on ``run``, known by its progress file ``path`` (``<name>.progress.json``).

    ``title`` begins the sentences about it ("Fitting the map"); ``files`` are removed when it ends. After ``limit_s``
    seconds without progress it counts as stuck.
    """

    run: LoadedRun
    path: Path
    title: str
    files: tuple[Path, ...] = ()
    limit_s: float = LIMIT_S

    @property
    def stop_path(self) -> Path:
        """The file that asks it to end."""
        return self.path.with_name(self.path.name.removesuffix(".progress.json") + ".stop")

    def progress(self) -> TaskProgress | None:
        """The task on the present weights that runs or has failed; None where there is none.

        One whose process is gone, or that is stuck, carries an error.
        """
        progress = self.read()
        if progress is not None and not progress.error and self.failure(progress) is not None:
            progress = self.read()  # its process may have finished between the two looks
        failure = None if progress is None else self.failure(progress)
        if progress is None or failure is None:
            return progress
        return replace(progress, error=failure.message, hint=failure.hint)

    def read(self) -> TaskProgress | None:
        """What the file says of the present weights; None where it is missing, damaged or of others."""
        try:
            progress = record(TaskProgress, read_json(self.path), self.path)
        except ExplorerError:
            return None
        return progress if progress.weights == self.run.weights_sha256 else None

    def failure(self, progress: TaskProgress) -> ExplorerError | None:
        """Why a task will not go on; None for one that runs."""
        if progress.error:
            return ExplorerError(progress.error, progress.hint)
        if not is_alive(progress):
            return ExplorerError(f"{self.title} ended without finishing: its process is gone.", "Try again.")
        return stuck(self.title, progress.silent_s, self.limit_s)

    @property
    def running(self) -> bool:
        """Whether a process is at it."""
        progress = self.progress()
        return progress is not None and not progress.error

    def start(self, arguments: Sequence[str]) -> None:
        """Start ``python -m explorer ARGUMENTS``, unless the task runs; a process that is stuck is ended first.

        Raises ExplorerError where the run cannot be written or no process can be started.
        """
        with STARTING:
            former = self.read()
            if former is not None and self.failure(former) is None:
                return
            if former is not None and not former.error:  # its process has not said that it ends
                terminate(former.pid, former.pid_started)
            self.write(TaskProgress(0.0, time.time(), self.run.weights_sha256))
            remove_files(self.stop_path, *self.files)
            try:
                spawn(self.run.run, list(arguments))
            except ExplorerError:
                remove_files(self.path)
                raise

    def cancel(self) -> None:
        """Ask it to end early. Nothing happens where it does not run."""
        if self.running:
            write_atomic(self.stop_path, b"stop\n")

    def write(self, progress: TaskProgress) -> None:
        """Replace the progress file; ExplorerError where it cannot be written."""
        ensure_folder(self.path.parent)
        write_json(self.path, asdict(progress))

    @contextlib.contextmanager
    def recorded(self) -> Iterator[TaskRecorder]:
        """Around the work in this process: yields what notes its progress, for pages to see."""
        if self.read() is None:  # nobody asked for this task, so nobody can have asked it to end
            remove_files(self.stop_path)
        recorder = TaskRecorder(self)
        try:
            yield recorder
        except (TaskCancelledError, KeyboardInterrupt):
            remove_files(self.path)
            raise
        except ExplorerError as error:
            recorder.fail(error)
            raise
        except BaseException as error:
            recorder.fail(unexpected(self.title, error))
            raise
        else:
            if not recorder.progress.error:
                remove_files(self.path)
        finally:
            remove_files(self.stop_path, *self.files)


class TaskRecorder:
    """Writes the progress of this process. A run that takes no files is worked on all the same, unseen."""

    def __init__(self, task: ProcessTask) -> None:
        self.task, self.written, pid = task, 0.0, os.getpid()
        self.progress = TaskProgress(0.0, time.time(), task.run.weights_sha256, pid, start_time(pid))
        self.write()

    def note(self, done: float, title: str = "") -> bool:
        """Note the share done and the stage, written at most twice a second; True where the task shall end."""
        self.progress = replace(self.progress, done=min(max(done, 0.0), 1.0), title=title, moved=time.time())
        if time.monotonic() - self.written >= WRITE_EVERY_S:
            self.write()
        return self.task.stop_path.exists()

    def write(self) -> None:
        """The present state to the file."""
        self.written = time.monotonic()
        with contextlib.suppress(ExplorerError):
            self.task.write(self.progress)

    def fail(self, error: ExplorerError) -> None:
        """Leave the error in the file."""
        self.progress = replace(self.progress, error=error.message, hint=error.hint)
        self.write()


def is_alive(progress: TaskProgress) -> bool:
    """Whether the process still runs; one that was just started has ``STALE_S`` seconds to write for the first time."""
    if progress.pid is None:
        return time.time() - progress.started < STALE_S
    return process_alive(Status("running", pid=progress.pid, pid_started=progress.pid_started))


def is_worked_on(run: Run) -> bool:
    """Whether a process is at a task whose progress file lies in the run's folder."""
    for path in run.path.rglob("*.progress.json"):
        try:
            progress = record(TaskProgress, read_json(path), path)
        except ExplorerError:
            continue
        if not progress.error and is_alive(progress):
            return True
    return False


def remaining_s(done: float, elapsed_s: float) -> float | None:
    """Seconds left when the share ``done`` took ``elapsed_s``; None before there is enough to go by."""
    return None if done < EARLY else max(0.0, elapsed_s) / done * (1 - done)


def stuck(title: str, silent_s: float, limit_s: float) -> ExplorerError | None:
    """The error of a task without progress for longer than ``limit_s``; None before that."""
    if silent_s <= limit_s:
        return None
    return ExplorerError(f"{title} has made no progress for {duration(silent_s)}.", "Try again.")


def unexpected(title: str, error: BaseException) -> ExplorerError:
    """The sentence for an error that nobody foresaw."""
    return ExplorerError(f"{title} ended unexpectedly: {type(error).__name__}.", "See log.txt.")
