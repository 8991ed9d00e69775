"""Groups are kept in the run, and what cannot be kept is a sentence."""

from __future__ import annotations

import json

import pytest

from explorer.base.errors import ExplorerError
from explorer.maps.groups import GROUPS_FILE, MAX_GROUP_NAME, Group, add_group, delete_group, groups_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run


def test_groups_are_kept_in_order_and_deleted_by_name(trained: Run) -> None:
    assert groups_of(load_run(trained)) == ()
    add_group(load_run(trained), " sevens with a bar ", "test", [3, 1, 4])
    add_group(load_run(trained), "others", "train", [5])
    assert groups_of(load_run(trained)) == (
        Group("sevens with a bar", "test", (3, 1, 4)),
        Group("others", "train", (5,)),
    )
    delete_group(load_run(trained), "sevens with a bar")
    delete_group(load_run(trained), "not there")
    assert [group.name for group in groups_of(load_run(trained))] == ["others"]


@pytest.mark.parametrize(
    ("name", "indices"), [("", [1]), ("  ", [1]), ("x" * (MAX_GROUP_NAME + 1), [1]), ("a", []), ("taken", [1])]
)
def test_what_makes_no_group_is_a_sentence(trained: Run, name: str, indices: list[int]) -> None:
    add_group(load_run(trained), "taken", "test", [0])
    with pytest.raises(ExplorerError):
        add_group(load_run(trained), name, "test", indices)
    assert len(groups_of(load_run(trained))) == 1


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"groups": 3}',
        '{"groups": [{"name": "a"}]}',
        '{"groups": [{"name": 1, "split": "test", "indices": []}]}',
    ],
)
def test_a_damaged_file_is_a_sentence(trained: Run, content: str) -> None:
    (trained.path / GROUPS_FILE).write_text(content)
    with pytest.raises(ExplorerError, match="damaged"):
        groups_of(load_run(trained))


def test_the_file_is_plain_json(trained: Run) -> None:
    add_group(load_run(trained), "a", "test", [2])
    content = json.loads((trained.path / GROUPS_FILE).read_text())
    assert len(content.pop("sha256")) == 64
    assert content == {"groups": [{"name": "a", "split": "test", "indices": [2]}]}
