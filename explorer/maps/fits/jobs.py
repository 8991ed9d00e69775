"""Maps that take long are fitted by a ``ProcessTask`` (``explorer.runs.tasks``), one for each map of a run.

Where the method shows its points while they take shape, the task keeps them in ``maps/<...>.frame.npy``.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from explorer.base import ExplorerError, write_atomic
from explorer.base.checksums import DAMAGES
from explorer.base.languages import _
from explorer.maps.fits.fit_callback import Watch
from explorer.maps.fits.options import DEFAULTS, MapOptions, MapSplit, Points
from explorer.maps.fits.projections import kept_map, map_file, projection_spec, used
from explorer.runs import LoadedRun
from explorer.runs.tasks import ProcessTask, TaskProgress, TaskRecorder


def map_task(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> ProcessTask:
    """The task that fits this map; its files lie beside the map."""
    place = run.made / map_file(method, options, split)
    frame = frame_path(run, method, options, split)
    return ProcessTask(run, place.with_suffix(".progress.json"), "Fitting the map", (frame,))


def frame_path(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Path:
    """The points of a map that is being fitted."""
    return (run.made / map_file(method, options, split)).with_suffix(".frame.npy")


def start_map(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> None:
    """Fit a map in a process of its own, unless one is kept or being fitted.

    Raises ExplorerError for an unknown method and a run that cannot be written.
    """
    projection_spec(method)
    if kept_map(run, method, options, split) is None:
        arguments = ["map", str(run.path), "--method", method, *arguments_of(method, options, split)]
        map_task(run, method, options, split).start(arguments)


def arguments_of(method: str, options: MapOptions, split: MapSplit) -> list[str]:
    """The arguments of the command line for a map that is not the default one."""
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
    map_task(run, method, options, split).cancel()


def map_progress(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> TaskProgress | None:
    """The fit that is under way or has failed; None where there is none of the present weights."""
    return map_task(run, method, options, split).progress()


def map_frame(run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test") -> Points | None:
    """The points [N, 2] of the fit that is under way, at most a second old; None where there are none yet."""
    if not map_task(run, method, options, split).running:
        return None
    try:
        content = frame_path(run, method, options, split).read_bytes()
        points = np.load(io.BytesIO(content), allow_pickle=False)
    except DAMAGES:
        return None
    return points if points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all() else None


@contextlib.contextmanager
def recorded_fit(
    run: LoadedRun, method: str, options: MapOptions = DEFAULTS, split: MapSplit = "test"
) -> Iterator[Watch]:
    """Around a fit in this process: yields a function that notes the share done and the points, for pages to see."""
    task = map_task(run, method, options, split)
    with task.recorded() as recorder:
        yield watch_of(recorder, frame_path(run, method, options, split))
        if kept_map(run, method, options, split) is None:
            place = task.path.parent
            message = _("The map could not be kept in {place}.").format(place=place)
            recorder.fail(ExplorerError(message, _("Check permissions and free space.")))


def watch_of(recorder: TaskRecorder, frame: Path) -> Watch:
    """A function for the fit to call: it notes the share done and the points; True where the fit shall end."""

    def watch(done: float, points: Points | None = None) -> bool:
        before = recorder.written
        stop = recorder.note(done)
        if points is not None and recorder.written != before:
            with contextlib.suppress(ExplorerError):
                write_atomic(frame, npy_bytes(points))
        return stop

    return watch


def npy_bytes(points: Points) -> bytes:
    """The array as an npy file."""
    buffer = io.BytesIO()
    np.save(buffer, points.astype(np.float32), allow_pickle=False)
    return buffer.getvalue()
