"""A run of one's own gets another name or is deleted, but not while a process works on it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from explorer.base import ExplorerError, settings, unwritable, when_free
from explorer.base.languages import _
from explorer.runs import Run
from explorer.runs.tasks import is_worked_on
from explorer.training import queue
from explorer.training.queue_place import ACTIVE
from explorer.training.run_lock import training_lock


def rename_run(run: Run, name: str) -> Run:
    """The run under another name, with all its files.

    Raises ExplorerError for a name that is not allowed or taken, and as ``at_rest``.
    """
    with at_rest(run):
        renamed = run.beside(name)
        move(run.path, renamed.path)
    return renamed


def delete_run(run: Run) -> None:
    """Delete the run with all its files. Raises ExplorerError as ``at_rest``."""
    with at_rest(run):
        # out of the list in one step, so that no one meets a run of which half is gone
        try:
            gone = Path(tempfile.mkdtemp(dir=run.path.parent, prefix=".deleted-"))
        except OSError as error:
            raise unwritable(run.path.parent, error) from error
        move(run.path, gone / "run")
    if (gone / "run").is_symlink():
        (gone / "run").unlink()  # what it leads to is not this folder's
    shutil.rmtree(gone, ignore_errors=True)


def size_bytes(run: Run) -> int:
    """The bytes of all files of the run; those that are gone meanwhile count nothing."""
    return sum(file_bytes(Path(folder) / name) for folder, _, names in os.walk(run.path) for name in names)


def file_bytes(path: Path) -> int:
    """The size of a file; 0 where it is gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def at_rest(run: Run) -> Iterator[None]:
    """Context in which no training of the run begins.

    Raises ExplorerError for a run that shipped, is gone, waits or trains, and one that is mapped or measured.
    """
    if run.shipped or run.path.parent != settings().runs:
        raise ExplorerError(
            _("{name} is no run of your own.").format(name=run.name),
            _("Runs that came with the product stay as they are."),
        )
    with queue.queue_locked():
        if not run.path.is_dir():
            raise ExplorerError(
                _("There is no run '{name}' any more.").format(name=run.name), _("It was renamed or deleted meanwhile.")
            )
        if queue.state_of(run) in ACTIVE:
            raise ExplorerError(_("{name} is in training or waits for it.").format(name=run.name), _("Stop it first."))
        with training_lock(run):
            pass  # raises where a process is about to train it
        if is_worked_on(run):
            raise ExplorerError(
                _("{name} is being mapped or measured.").format(name=run.name), _("Wait until that is done.")
            )
        yield


def move(path: Path, target: Path) -> None:
    """Give a folder another name; ExplorerError where it cannot have it."""
    try:
        when_free(lambda: os.rename(path, target))
    except OSError as error:
        raise unwritable(path.parent, error) from error
