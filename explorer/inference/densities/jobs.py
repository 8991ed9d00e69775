"""A density takes seconds to fit: for a page by a ``ProcessTask`` (``explorer.runs.tasks``), one for each of a run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.inference.densities.kept import density_file, kept_density
from explorer.inference.densities.registry import density_spec
from explorer.inference.densities.sample import Progress
from explorer.runs import LoadedRun
from explorer.runs.tasks import ProcessTask, TaskCancelledError, TaskProgress


def density_task(run: LoadedRun, name: str) -> ProcessTask:
    """The task that fits this density; its files lie beside it."""
    place: Path = run.made / density_file(name)
    return ProcessTask(run, place.with_suffix(".progress.json"), "Fitting the density")


def start_fit(run: LoadedRun, name: str) -> None:
    """Fit a density in a process of its own, unless it is kept or being fitted.

    Raises ExplorerError for an unknown name and a run that cannot be written.
    """
    density_spec(name)
    if kept_density(run, name) is None:
        density_task(run, name).start(["sample", str(run.path), "--from", name])


def stop_fit(run: LoadedRun, name: str) -> None:
    """Ask a fit to end without a density. Nothing happens where none is under way."""
    density_task(run, name).cancel()


def fit_progress(run: LoadedRun, name: str) -> TaskProgress | None:
    """The fit that is under way or has failed; None where there is none of the present weights."""
    return density_task(run, name).progress()


@contextlib.contextmanager
def recorded_density(run: LoadedRun, name: str) -> Iterator[Progress]:
    """Around a fit in this process: yields a function that notes the share done, for pages to see.

    That function raises TaskCancelledError where the task was cancelled.
    """
    task = density_task(run, name)
    with task.recorded() as recorder:

        def note(done: float) -> None:
            if recorder.note(done):
                raise TaskCancelledError("Fitting the density was stopped.", "Nothing of it is kept.")

        yield note
        if kept_density(run, name) is None:
            message = _("The density could not be kept in {place}.").format(place=task.path.parent)
            recorder.fail(ExplorerError(message, _("Check permissions and free space.")))
