"""A run as one immutable value: what it says, when its files are read again, and how it differs after new weights."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.files import json_bytes, read_json
from explorer.runs import run as runs
from explorer.runs.loaded_run import RACY_NS, load_run, packed, weights_replaced
from explorer.runs.records import RunConfig, Status
from explorer.runs.run import WEIGHTS, Run
from tests.helpers import replace_weights


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were parsed."""
    names: list[str] = []

    def noted(path: Path) -> dict[str, Any]:
        names.append(path.name)
        return read_json(path)

    monkeypatch.setattr(runs, "read_json", noted)
    return names


def aged(run: Run, seconds: float = 60.0) -> None:
    """As if the run's files had been written a while ago."""
    then = time.time() - seconds
    for name in ("config.json", "status.json"):
        os.utime(run.path / name, (then, then))


def test_it_says_what_the_files_say(trained: Run) -> None:
    loaded, config = load_run(trained), trained.config()
    assert (loaded.config, loaded.status) == (config, trained.status())
    assert (loaded.model, loaded.data) == (config.model, config.data)
    assert (loaded.name, loaded.path, loaded.shipped, loaded.made) == ("tiny", trained.path, False, trained.made)
    assert loaded.derived("x") == trained.derived("x")
    assert loaded.weights_sha256 == hashlib.sha256((trained.path / WEIGHTS).read_bytes()).hexdigest()
    assert loaded.weights_sha256.startswith(loaded.version)
    with pytest.raises(FrozenInstanceError):
        loaded.status = Status("failed")  # type: ignore[misc]


def test_files_are_parsed_again_only_when_they_were_replaced(trained: Run, reads: list[str]) -> None:
    aged(trained)
    first = load_run(trained)
    assert sorted(reads) == ["config.json", "status.json"]
    assert load_run(Run(trained.path)) is first
    assert len(reads) == 2
    trained.write_status(replace(first.status, epoch=99))
    assert load_run(trained).status.epoch == 99
    assert first.status.epoch != 99


def test_a_file_of_just_now_is_not_trusted_to_stay(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writings within a tick of the clock may leave the same size, inode and time."""
    status = trained.path / "status.json"
    trained.write_status(replace(trained.status(), epoch=1))
    written = status.stat()
    monkeypatch.setattr(time, "time_ns", lambda: written.st_mtime_ns + RACY_NS // 2)
    assert load_run(trained).status.epoch == 1
    status.write_bytes(json_bytes({**read_json(status), "epoch": 2}))
    assert status.stat().st_size == written.st_size
    os.utime(status, ns=(written.st_atime_ns, written.st_mtime_ns))
    assert load_run(trained).status.epoch == 2


def test_new_weights_make_another_value(trained: Run) -> None:
    before = load_run(trained)
    assert not weights_replaced(before)
    trained.write_status(replace(before.status, state="running", heartbeat=1.0))
    assert not weights_replaced(before), "a heartbeat is no news"
    replace_weights(trained)
    assert weights_replaced(before)
    assert load_run(trained).key != before.key
    (trained.path / "status.json").unlink()
    assert not weights_replaced(before), "nothing newer can be read"


def test_a_run_that_has_not_begun_has_no_model_yet(runs_root: Path) -> None:
    training = {"dataset": "digits", "model": "vae", "latent": 2}
    run = runs.create_run(RunConfig(training), Status("queued"), "waiting")
    with pytest.raises(ExplorerError, match="waiting has no model yet"):
        load_run(run)


def test_packed_files_make_the_same_run_elsewhere(trained: Run, tmp_path: Path) -> None:
    loaded = load_run(trained)
    for name, content in packed(loaded).items():
        (tmp_path / name).write_bytes(content)
    again = load_run(Run(tmp_path))
    assert (again.config, again.status) == (loaded.config, loaded.status)
    replace_weights(trained)
    with pytest.raises(ExplorerError, match="were replaced meanwhile"):
        packed(loaded)
