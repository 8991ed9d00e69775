"""Measures take a minute: they are taken by a ``ProcessTask`` (``explorer.runs.tasks``), one for each run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from explorer.runs import LoadedRun
from explorer.runs.tasks import ProcessTask, TaskCancelledError, TaskProgress


def measure_task(run: LoadedRun) -> ProcessTask:
    """The task that takes the measures; its files lie beside them."""
    return ProcessTask(run, run.made / "measures.progress.json", "Measuring")


def start_measures(run: LoadedRun, all_seeds: bool = False) -> None:
    """Take all measures in a process of its own, unless one is at it, those of its other seeds too if ``all_seeds``.

    Raises ExplorerError as ``ProcessTask.start``.
    """
    measure_task(run).start(["evaluate", str(run.path), *(["--seeds"] if all_seeds else [])])


def stop_measures(run: LoadedRun) -> None:
    """Ask the process to end; measures that it has finished stay. Nothing happens where none is at it."""
    measure_task(run).cancel()


def measure_progress(run: LoadedRun) -> TaskProgress | None:
    """How far the measures of the present weights are, or what they failed of; None where none are being taken."""
    return measure_task(run).progress()


@contextlib.contextmanager
def recorded_measures(run: LoadedRun) -> Iterator[Callable[[float, str], None]]:
    """Around measures taken in this process: yields a function that notes the share done and the measure's title.

    That function raises TaskCancelledError where the task was cancelled.
    """
    with measure_task(run).recorded() as recorder:

        def note(done: float, title: str) -> None:
            if recorder.note(done, title):
                raise TaskCancelledError("Measuring was stopped.", "Measures that were finished by then are kept.")

        yield note
