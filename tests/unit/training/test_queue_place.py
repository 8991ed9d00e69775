"""The state of a run that no process trains: the same whether it is watched or was refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.base.errors import DamagedFileError, ExplorerError
from explorer.runs.records import Status
from explorer.runs.run import Run
from explorer.training import queue
from explorer.training.queue import requeue, waiting, watch
from explorer.training.queue_place import QUEUE, Place, place_of, state_without_process, write_place
from explorer.training.train_run import new_run, resume_run
from tests.helpers import tiny_config

NOBODY = 2**22 + 1  # larger than any process id


@pytest.fixture
def paused(trained: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A paused run with two epochs to go; no process is started for it."""
    monkeypatch.setattr(queue, "spawn", lambda *_, **__: (NOBODY, 1.0))
    config = trained.config()
    trained.write_config(replace(config, training={**config.training, "epochs": 4}))
    trained.write_status(replace(trained.status(), state="paused", progress=0.5))
    return trained


def refused(*_: object) -> None:
    raise ExplorerError("There are no images.", "Put them back.")


def test_a_paused_run_that_is_requeued_and_refused_stays_paused(paused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    requeue(paused)
    assert paused.status().state == "queued"
    assert watch(paused).state == "paused"  # its process never began
    assert watch(paused).error == "The process ended before the training went on."
    monkeypatch.setattr("explorer.training.runner.set_up", refused)
    with pytest.raises(ExplorerError, match="no images"):
        resume_run(paused, lambda _: None, lambda: False)
    status = paused.status()
    assert (status.state, status.error) == ("paused", "There are no images.")
    assert watch(paused) == status


def test_a_run_killed_in_training_has_failed_watched_or_refused(paused: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    paused.write_status(replace(paused.status(), state="running", pid=NOBODY, pid_started=1.0))
    assert watch(paused).state == "failed"
    monkeypatch.setattr("explorer.training.runner.set_up", refused)
    with pytest.raises(ExplorerError, match="no images"):
        resume_run(paused, lambda _: None, lambda: False)
    assert paused.status().state == "failed"


@pytest.mark.parametrize(
    ("status", "place", "state"),
    [
        (Status("paused", weights_sha256="w"), Place(1.0, before="finished"), "paused"),
        (Status("running", weights_sha256="w"), Place(1.0, before="paused"), "failed"),
        (Status("queued"), Place(1.0), "failed"),
        (Status("queued", weights_sha256="w"), Place(1.0), "stopped"),
        (Status("queued", weights_sha256="w"), Place(1.0, before="finished"), "finished"),
        (Status("queued", weights_sha256="w", epoch=9), None, "finished"),
        (Status("queued", weights_sha256="w", epoch=8), None, "stopped"),
    ],
)
@pytest.mark.usefixtures("runs_root")
def test_the_state_without_a_process(status: Status, place: Place | None, state: str) -> None:
    run = new_run(tiny_config(epochs=9))
    if place is not None:
        write_place(run, place)
    assert state_without_process(run, status) == state


def cut(path: Path) -> None:
    """Leave half of it."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def alter(path: Path) -> None:
    """Another state before."""
    path.write_bytes(path.read_bytes().replace(b"paused", b"failed"))


@pytest.mark.parametrize("damage", [cut, alter])
def test_a_damaged_place_is_named(paused: Run, damage: Callable[[Path], None]) -> None:
    requeue(paused)
    damage(paused.path / QUEUE)
    for look in (place_of, watch, requeue):
        with pytest.raises(DamagedFileError, match=r"queue\.json is damaged: .* Delete it, then resume the run\."):
            look(paused)
    assert waiting() == []
    (paused.path / QUEUE).unlink()
    assert place_of(paused) is None
    resume_run(paused, lambda _: None, lambda: False)
    assert paused.status().state == "finished"


@pytest.mark.usefixtures("runs_root")
def test_a_run_that_is_removed_while_it_is_watched_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run(tiny_config())

    def then_removed(of: Run) -> Place | None:
        shutil.rmtree(of.path, ignore_errors=True)
        return place_of(of)

    monkeypatch.setattr(queue, "place_of", then_removed)
    with pytest.raises(ExplorerError, match=r"status\.json is missing"):
        watch(run)
