"""What was deleted comes back as it was, is gone after some days, and nothing outside of the trash is touched."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.runs.run import Run, list_runs
from explorer.training.own_runs.trash import (
    DAY_S,
    KEPT_DAYS,
    TrashedRun,
    empty_trash,
    restore_run,
    trash_bytes,
    trash_root,
    trash_run,
    trashed_runs,
)
from explorer.training.run_writer import with_heartbeat
from tests.unit.training.own_runs.test_changes import contents

pytestmark = pytest.mark.usefixtures("shipped_root")
HOSTILE = ["..name", "a b & <i>", "-rf", "$(id)", "名前", "a" * 200]


def names() -> list[str]:
    """Of the runs that are listed."""
    return [run.name for run in list_runs()]


def aged(trashed: TrashedRun, days: float) -> TrashedRun:
    """As if it had been deleted so many days ago."""
    moment = int((time.time() - days * DAY_S) * 1e6)
    return TrashedRun(trashed.name, trashed.folder.rename(trashed.folder.with_name(str(moment))))


def test_a_deleted_run_is_not_listed_and_comes_back_whole(trained: Run) -> None:
    before = contents(trained)
    trashed = trash_run(trained)
    assert (names(), trashed_runs()) == ([], [trashed])
    assert trash_bytes() >= sum(map(len, before.values()))
    restored = restore_run(trashed)
    assert (restored.path, contents(restored)) == (trained.path, before)
    assert (trashed_runs(), trash_bytes(), list(trash_root().iterdir())) == ([], 0, [])


@pytest.mark.skipif(os.name == "nt", reason="such names are not allowed there")
@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_comes_back(trained: Run, name: str) -> None:
    run = Run(trained.path.rename(trained.path.with_name(name)))
    restore_run(trash_run(run))
    assert run.has_weights
    assert trashed_runs() == []


def test_runs_of_one_name_wait_side_by_side(trained: Run, trained_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_800_000_000_000_000_000)
    trash_run(trained)
    shutil.copytree(trained_path, trained.path)
    trash_run(trained)
    last, first = trashed_runs()
    assert (last.name, first.name) == ("tiny", "tiny")
    restore_run(last)
    with pytest.raises(ExplorerError, match="another run 'tiny'"):
        restore_run(first)
    assert trashed_runs() == [first]


def test_the_name_of_a_shipped_run_is_not_taken(trained: Run, shipped_root: Path) -> None:
    trashed = trash_run(trained)
    (shipped_root / "tiny").mkdir(parents=True)
    with pytest.raises(ExplorerError, match="another run 'tiny'"):
        restore_run(trashed)


def test_what_is_restored_twice_is_a_sentence(trained: Run) -> None:
    trashed = trash_run(trained)
    restore_run(trashed)
    with pytest.raises(ExplorerError, match="tiny is gone"):
        restore_run(trashed)
    assert names() == ["tiny"]


def test_what_is_old_is_gone_for_good_with_the_next_deletion(trained: Run, trained_path: Path) -> None:
    old = aged(trash_run(trained), KEPT_DAYS + 0.1)
    for name in ("young", "new"):
        shutil.copytree(trained_path, trained.path.with_name(name))
    young = aged(trash_run(Run(trained.path.with_name("young"))), KEPT_DAYS - 0.1)
    assert not old.path.exists()
    new = trash_run(Run(trained.path.with_name("new")))
    assert trashed_runs() == [new, young]
    empty_trash()
    assert trashed_runs() == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_what_links_lead_to_stays(trained: Run, tmp_path: Path) -> None:
    elsewhere = trained.path.rename(tmp_path / "elsewhere")
    trained.path.symlink_to(elsewhere)
    trash_run(trained)
    (trash_root() / "1700000000000000").symlink_to(tmp_path)
    assert trash_bytes() == 0
    empty_trash()
    assert Run(elsewhere).has_weights
    assert trashed_runs() == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_trash_that_is_a_link_is_not_used(trained: Run, tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "1700000000000000" / "precious").mkdir(parents=True)
    trash_root().symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ExplorerError, match="leads to another folder"):
        trash_run(trained)
    empty_trash()
    assert (tmp_path / "elsewhere" / "1700000000000000" / "precious").is_dir()
    assert names() == ["tiny"]


def test_other_files_in_the_trash_are_left_alone(trained: Run) -> None:
    trash_run(trained)
    (trash_root() / "notes").mkdir()
    (trash_root() / "notes" / "mine").touch()
    empty_trash()
    assert (trash_root() / "notes" / "mine").exists()


def test_a_run_in_training_is_not_deleted(trained: Run) -> None:
    trained.write_status(with_heartbeat(trained.status().__class__("running")))
    with pytest.raises(ExplorerError, match="is in training"):
        trash_run(trained)
    assert names() == ["tiny"]
    assert trashed_runs() == []
