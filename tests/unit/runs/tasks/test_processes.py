"""Processes that work on a run: their environment, and the end of what they wrote into its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.runs.run import Run
from explorer.runs.tasks.processes import environment, log_tail
from explorer.training.train_run import new_run
from tests.helpers import tiny_config


@pytest.fixture
def run(runs_root: Path) -> Run:
    """A run that waits for its process."""
    return new_run(tiny_config())


def test_a_process_of_ours_is_of_no_torchrun_and_its_threads_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert "WORLD_SIZE" not in environment()
    assert environment()["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")  # who asks for it gets it
    assert "GOMP_SPINCOUNT" not in environment()
    assert environment()["OMP_WAIT_POLICY"] == "ACTIVE"


def test_log_tail(run: Run) -> None:
    assert log_tail(run) == ""
    (run.path / "log.txt").write_bytes(b"one\ntwo\n\xffthree\n")
    assert log_tail(run, 2) == "two\n\N{REPLACEMENT CHARACTER}three"


def test_log_tail_shows_the_last_state_of_a_progress_bar(run: Run) -> None:
    (run.path / "log.txt").write_bytes(b"\rtraining 10%\rtraining 90%\r\nError: full.\n")
    assert log_tail(run) == "training 90%\nError: full."
