"""Maps that take long are fitted in a process of their own; here is who starts and stops it and how far it is.

The process writes ``maps/<...>.progress.json`` and, where the method shows its points while they take shape,
``maps/<...>.frame.npy``, and removes both when the map is kept. What went wrong stays in the first.
``maps/<...>.stop`` asks it to end early.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from explorer.base import DAMAGES, ExplorerError, write_atomic
from explorer.maps.fits.fit_callback import Watch
from explorer.maps.fits.options import DEFAULTS, MapOptions, MapSplit, Points
from explorer.maps.fits.projections import kept_map, map_file, projection_spec, used
from explorer.runs import LoadedRun, WorkProgress, keep_progress, read_progress, remove, spawn

WRITE_EVERY_S = 0.5
EARLY = 0.05  # share done before which no time left is told
STARTING = threading.Lock()  # two visitors who ask at once start one process


class MapProgress(WorkProgress):
    """How far a fit is."""

    @property
    def seconds_left(self) -> float | None:
        """Judged by the pace so far; None before there is one (the first steps come late: neighbours are sought)."""
        return self.left_s(EARLY)


def progress_path(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Path:
    """The file beside the map."""
    return (run.made / map_file(method, options, split)).with_suffix(".progress.json")


def frame_path(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Path:
    """The points of a map that is being fitted."""
    return (run.made / map_file(method, options, split)).with_suffix(".frame.npy")


def stop_path(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Path:
    """The file that asks a fit to end."""
    return (run.made / map_file(method, options, split)).with_suffix(".stop")


def start_map(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> None:
    """Fit a map in a process of its own, unless one is kept or being fitted.

    Raises ExplorerError for an unknown method and a run that cannot be written.
    """
    projection_spec(method)
    with STARTING:
        current = map_progress(run, method, options, split)
        if kept_map(run, method, options, split) is not None or (current is not None and not current.error):
            return
        write_progress(run, method, MapProgress(0.0, time.time(), run.weights_sha256), options, split)
        remove(stop_path(run, method, options, split), frame_path(run, method, options, split))
        try:
            spawn(run.run, ["map", str(run.path), "--method", method, *arguments_of(method, options, split)])
        except ExplorerError:
            remove(progress_path(run, method, options, split))
            raise


def arguments_of(method: str, options: MapOptions, split: MapSplit) -> list[str]:
    """What the command line must be told of a map that is not the default one."""
    chosen = asdict(used(method, options))
    words = [] if split == "test" else ["--split", split]
    for name, value in chosen.items():
        if value != getattr(DEFAULTS, name):
            words += [f"--{name}", ",".join(map(str, value)) if isinstance(value, tuple) else str(value)]
    return words


def stop_map(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> None:
    """Ask a fit to end early; the points it has by then are kept as a map marked ``stopped``.

    Nothing happens where none is under way. A method that shows no points while it works ends without a map.
    """
    current = map_progress(run, method, options, split)
    if current is not None and not current.error:
        write_atomic(stop_path(run, method, options, split), b"stop\n")


def map_frame(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Points | None:
    """The points [N, 2] of the fit that is under way, at most a second old; None where there are none yet."""
    current = map_progress(run, method, options, split)
    if current is None or current.error:
        return None
    try:
        content = frame_path(run, method, options, split).read_bytes()
        points = np.load(io.BytesIO(content), allow_pickle=False)
    except DAMAGES:
        return None
    return points if points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all() else None


def map_progress(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> MapProgress | None:
    """The fit that is under way or has failed; None where there is none of the present weights.

    A dead process is told from a slow one: its progress carries an error.
    """
    died = "The process that fitted the map ended without finishing."
    return read_progress(run, progress_path(run, method, options, split), MapProgress, died)


def write_progress(
    run: LoadedRun, method: str, progress: MapProgress, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> None:
    """Replace the progress file; ExplorerError where the run cannot be written."""
    keep_progress(progress_path(run, method, options, split), progress)


@contextlib.contextmanager
def recorded(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Iterator[Watch]:
    """Around a fit in this process: yields a function that notes the share done and the points, for pages to see."""
    recorder = Recorder(run, method, options, split)
    try:
        yield recorder.watch
    except ExplorerError as error:
        recorder.fail(error)
        raise
    except KeyboardInterrupt:
        remove(recorder.path)
        raise
    except BaseException as error:
        recorder.fail(ExplorerError(f"Fitting the map ended unexpectedly: {type(error).__name__}.", "See log.txt."))
        raise
    else:
        recorder.finish()
    finally:
        remove(recorder.frame, recorder.stop)


class Recorder:
    """Writes a fit's progress. A run that takes no files is mapped all the same, unseen."""

    def __init__(self, run: LoadedRun, method: str, options: MapOptions, split: MapSplit) -> None:
        import psutil

        self.run, self.method, self.options, self.split = run, method, options, split
        self.path = progress_path(run, method, options, split)
        self.frame, self.stop = frame_path(run, method, options, split), stop_path(run, method, options, split)
        self.written = 0.0
        pid_started = psutil.Process().create_time()
        self.progress = MapProgress(0.0, time.time(), run.weights_sha256, os.getpid(), pid_started)
        self.write()

    def write(self, points: Points | None = None) -> None:
        """The present state to the files."""
        self.written = time.monotonic()
        with contextlib.suppress(ExplorerError):
            write_progress(self.run, self.method, self.progress, self.options, self.split)
            if points is not None:
                write_atomic(self.frame, npy_bytes(points))

    def watch(self, done: float, points: Points | None = None) -> bool:
        """Note the share done and the points, at most twice a second; True where somebody asked to stop."""
        self.progress = replace(self.progress, done=min(max(done, 0.0), 1.0))
        if time.monotonic() - self.written >= WRITE_EVERY_S:
            self.write(points)
        return self.stop.exists()

    def fail(self, error: ExplorerError) -> None:
        """Leave the sentence for whoever asked."""
        self.progress = replace(self.progress, error=error.message, hint=error.hint)
        self.write()

    def finish(self) -> None:
        """Nothing is left to say, unless the map could not be kept."""
        if kept_map(self.run, self.method, self.options, self.split) is not None:
            remove(self.path)
            return
        place = self.path.parent
        self.fail(ExplorerError(f"The map could not be kept in {place}.", "Check permissions and the free space."))


def npy_bytes(points: Points) -> bytes:
    """The array as an npy file."""
    buffer = io.BytesIO()
    np.save(buffer, points.astype(np.float32), allow_pickle=False)
    return buffer.getvalue()
