"""Runs that were deleted, kept for some days in a hidden folder of the runs' root, from which they come back.

Each lies under its own name in a folder that is called after the moment of its deletion, so that several of the same
name do not meet.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from explorer.base import ExplorerError, ensure_folder, settings, unwritable
from explorer.base.languages import _
from explorer.runs import Run
from explorer.training import queue
from explorer.training.own_runs.changes import at_rest, move, size_bytes

TRASH = ".trash"  # in the runs' root; not a valid name of a run
KEPT_DAYS = 7
DAY_S = 86_400
MOMENT = re.compile(r"\d{10,20}")  # microseconds since 1970


@dataclass(frozen=True)
class TrashedRun:
    """A deleted run: its name, and the folder that it lies in."""

    name: str
    folder: Path

    @property
    def path(self) -> Path:
        """Where it lies now."""
        return self.folder / self.name

    @property
    def deleted_s(self) -> float:
        """When it was deleted, in Unix seconds."""
        return int(self.folder.name) / 1e6


def trash_root() -> Path:
    """The folder of what was deleted."""
    return settings().runs / TRASH


def trash_run(run: Run) -> TrashedRun:
    """Take the run out of the list, with all its files; ``restore_run`` brings it back.

    What was deleted more than ``KEPT_DAYS`` days ago is gone for good then. Raises ExplorerError as ``at_rest``.
    """
    empty_trash(KEPT_DAYS)
    with at_rest(run):
        trashed = TrashedRun(run.name, new_folder())
        try:
            move(run.path, trashed.path)
        except ExplorerError:
            trashed.folder.rmdir()
            raise
    return trashed


def new_folder() -> Path:
    """A new folder for one run; ExplorerError where there can be none."""
    root = trash_root()
    if root.is_symlink():
        raise ExplorerError(
            _("{root} leads to another folder.").format(root=root), _("Remove this link, then delete again.")
        )
    ensure_folder(root)
    moment = time.time_ns() // 1000
    try:
        while os.path.lexists(root / str(moment)):
            moment += 1
        (root / str(moment)).mkdir()
    except OSError as error:
        raise unwritable(root, error) from error
    return root / str(moment)


def restore_run(trashed: TrashedRun) -> Run:
    """The run, in the list again.

    Raises ExplorerError where its name was taken meanwhile, or it is gone for good.
    """
    run = Run(settings().runs / trashed.name)
    with queue.queue_locked():
        if not os.path.lexists(trashed.path):
            raise ExplorerError(
                _("{name} is gone.").format(name=trashed.name), _("It was restored, or deleted for good meanwhile.")
            )
        if run.name_is_taken:
            raise ExplorerError(
                _("There is another run '{name}' by now.").format(name=trashed.name), _("Rename that one first.")
            )
        move(trashed.path, run.path)
    shutil.rmtree(trashed.folder, ignore_errors=True)
    return run


def trashed_runs() -> list[TrashedRun]:
    """What can be restored, the last deleted first."""
    root = trash_root()
    if root.is_symlink():
        return []
    found = [TrashedRun(name, folder) for folder in folders_in(root) for name in names_in(folder)]
    return sorted(found, key=lambda trashed: trashed.folder.name, reverse=True)


def folders_in(root: Path) -> list[Path]:
    """The folders of deleted runs; others, and links, are left alone."""
    return [root / name for name in names_in(root) if MOMENT.fullmatch(name) and not (root / name).is_symlink()]


def names_in(folder: Path) -> list[str]:
    """The names of what lies in a folder; none where it cannot be read."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def trash_bytes() -> int:
    """The bytes of all files that wait to be deleted for good."""
    return sum(size_bytes(Run(trashed.path)) for trashed in trashed_runs() if not trashed.path.is_symlink())


def empty_trash(older_than_days: float = 0) -> None:
    """Delete for good what was deleted longer ago than that; what a link leads to stays."""
    before_s = time.time() - older_than_days * DAY_S
    for trashed in trashed_runs():
        if trashed.deleted_s <= before_s:
            shutil.rmtree(trashed.folder, ignore_errors=True)
