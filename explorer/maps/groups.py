"""Named groups of images, stored in the run as ``groups.json``.

The file holds one object per group: its name, its split and the indices of its images in that split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from explorer.base import ExplorerError, locked, read_json, record, write_json
from explorer.base.languages import _
from explorer.runs import LoadedRun

GROUPS_FILE = "groups.json"
MAX_GROUP_NAME = 60
GROUPS_LOCK = ".groups.lock"  # beside the file: who adds a group keeps those that others add meanwhile


@dataclass(frozen=True)
class Group:
    """A named set of images of one split."""

    name: str
    split: str
    indices: tuple[int, ...]


@dataclass(frozen=True)
class GroupFile:
    """The content of ``groups.json``."""

    groups: tuple[Group, ...] = ()


def groups_of(run: LoadedRun) -> tuple[Group, ...]:
    """The run's groups in order of creation; ExplorerError if the file is damaged."""
    path = run.derived(GROUPS_FILE)
    if not path.exists():
        return ()
    return record(GroupFile, read_json(path, "Restore it, or delete it to begin without groups."), path).groups


def add_group(run: LoadedRun, name: str, split: str, indices: Sequence[int]) -> Group:
    """Store a new group.

    Raises ExplorerError for an empty, too long or taken name, no images, and a run that cannot be written.
    """
    name = name.strip()
    if not name or len(name) > MAX_GROUP_NAME:
        hint = _("Type one of at most {most} characters.").format(most=MAX_GROUP_NAME)
        raise ExplorerError(_("A group needs a name."), hint)
    if not indices:
        raise ExplorerError(_("Nothing is selected."), _("Draw a lasso or a box around some points first."))
    group = Group(name, split, tuple(int(index) for index in indices))
    with locked(run.made / GROUPS_LOCK):
        kept = groups_of(run)
        if any(name == one.name for one in kept):
            message = _("There is already a group '{name}'.").format(name=name)
            raise ExplorerError(message, _("Choose another name, or delete that one."))
        write_groups(run, (*kept, group))
    return group


def delete_group(run: LoadedRun, name: str) -> None:
    """Delete the group of this name, if there is one."""
    with locked(run.made / GROUPS_LOCK):
        write_groups(run, tuple(group for group in groups_of(run) if group.name != name))


def write_groups(run: LoadedRun, groups: tuple[Group, ...]) -> None:
    """Replace ``groups.json``."""
    write_json(run.made / GROUPS_FILE, asdict(GroupFile(groups)))
