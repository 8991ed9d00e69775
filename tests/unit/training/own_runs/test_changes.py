"""Runs of one's own get other names and are deleted, whole, and not while something works on them."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.inference.latents import latents_of
from explorer.measures.jobs import measure_task
from explorer.runs.loaded_run import load_run
from explorer.runs.records import Status
from explorer.runs.run import Run, find_run, list_runs
from explorer.runs.tasks.process_task import TaskProgress
from explorer.runs.tasks.processes import start_time
from explorer.training.own_runs.changes import delete_run, rename_run, size_bytes
from explorer.training.queue_place import Place, write_place
from explorer.training.run_writer import with_heartbeat

pytestmark = pytest.mark.usefixtures("shipped_root")


def contents(run: Run) -> dict[str, bytes]:
    """All files of a run by their names; the lock, which is empty, is none."""
    files = {str(path.relative_to(run.path)): path for path in run.path.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if name != "train.lock"}


def test_a_renamed_run_is_the_same(trained: Run) -> None:
    latents_of(load_run(trained))
    before = contents(trained)
    renamed = rename_run(trained, "other")
    assert (renamed.name, contents(renamed)) == ("other", before)
    assert [run.name for run in list_runs()] == ["other"]
    with pytest.raises(ExplorerError, match="There is no run 'tiny'"):
        find_run("tiny")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("", "cannot be a run's name"),
        ("../out", "cannot be a run's name"),
        (".hidden", "cannot be a run's name"),
        ("tiny", "already a run 'tiny'"),
        ("shipped", "already a run 'shipped'"),
    ],
)
def test_a_bad_name_changes_nothing(trained: Run, shipped_root: Path, name: str, sentence: str) -> None:
    (shipped_root / "shipped").mkdir(parents=True)
    before = contents(trained)
    with pytest.raises(ExplorerError, match=sentence):
        rename_run(trained, name)
    assert contents(trained) == before


def test_a_deleted_run_leaves_nothing(trained: Run) -> None:
    root = trained.path.parent
    delete_run(trained)
    assert list_runs() == []
    assert list(root.iterdir()) == []
    with pytest.raises(ExplorerError, match="no run 'tiny' any more"):
        delete_run(trained)


def test_a_damaged_run_can_be_deleted(trained: Run) -> None:
    (trained.path / "status.json").write_bytes(b"{")
    delete_run(trained)
    assert list_runs() == []


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_of_a_link_only_the_link_is_deleted(trained: Run, tmp_path: Path) -> None:
    elsewhere = trained.path.rename(tmp_path / "elsewhere")
    trained.path.symlink_to(elsewhere)
    delete_run(trained)
    assert list_runs() == []
    assert Run(elsewhere).has_weights


def training(run: Run) -> None:
    run.write_status(with_heartbeat(Status("running")))


def queued(run: Run) -> None:
    write_place(run, Place(time.time()))
    run.write_status(replace(run.status(), state="queued"))


def measured(run: Run) -> None:
    task = measure_task(load_run(run))
    task.write(TaskProgress(0.5, time.time(), task.run.weights_sha256, os.getpid(), start_time(os.getpid())))


@pytest.mark.parametrize(
    ("busy", "sentence"),
    [(training, "is in training"), (queued, "is in training"), (measured, "is being mapped or measured")],
)
def test_not_while_something_works_on_it(trained: Run, busy: object, sentence: str) -> None:
    assert callable(busy)
    busy(trained)
    before = contents(trained)
    for change in (delete_run, lambda run: rename_run(run, "other")):
        with pytest.raises(ExplorerError, match=sentence):
            change(trained)
    assert contents(trained) == before


def test_a_run_that_shipped_stays(trained: Run, shipped_root: Path) -> None:
    shipped_root.mkdir()
    shipped = Run(trained.path.rename(shipped_root / "tiny"))
    for change in (delete_run, lambda run: rename_run(run, "other")):
        with pytest.raises(ExplorerError, match="tiny is no run of your own"):
            change(shipped)
    assert shipped.has_weights


def test_size_is_that_of_all_files(trained: Run) -> None:
    before = size_bytes(trained)
    (trained.path / "maps").mkdir(exist_ok=True)
    (trained.path / "maps" / "more").write_bytes(bytes(1000))
    assert size_bytes(trained) == before + 1000
