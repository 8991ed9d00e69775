"""Groups are kept in the run, and what cannot be kept is a sentence."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import PROJECT
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


ADDER = """
import sys
from pathlib import Path
from explorer.maps.groups import add_group
from explorer.runs import Run, load_run
run = load_run(Run(Path(sys.argv[1])))
print("ready", flush=True)
sys.stdin.read()
for n in range(10):
    add_group(run, f"{sys.argv[2]} {n}", "test", [n])
"""


def test_two_processes_lose_none_of_each_other_s_groups(trained: Run) -> None:
    commands = [[sys.executable, "-c", ADDER, str(trained.path), who] for who in ("ours", "theirs")]
    processes = [
        subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for command in commands
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        with process:
            assert process.wait() == 0
    kept = {group.name for group in groups_of(load_run(trained))}
    assert kept == {f"{who} {n}" for who in ("ours", "theirs") for n in range(10)}
