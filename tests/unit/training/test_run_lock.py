"""Who trains a run: one process alone, also where several take over from a killed one at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import PROJECT
from explorer.runs.run import Run
from explorer.training.run_lock import LOCK, training_lock
from explorer.training.train_run import new_run
from tests.helpers import tiny_config

TAKE = """
import sys
from pathlib import Path
from explorer.base import ExplorerError
from explorer.runs import Run
from explorer.training.run_lock import training_lock
print("ready", flush=True)
sys.stdin.readline()
try:
    with training_lock(Run(Path(sys.argv[1]))):
        print("held", flush=True)
        sys.stdin.read()
except ExplorerError:
    print("refused", flush=True)
"""


def taker(run: Run) -> subprocess.Popen[str]:
    """A process that takes the lock when it is given a line, and holds it until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE, str(run.path)],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert said(process) == "ready"
    return process


def said(process: subprocess.Popen[str]) -> str:
    """The next line that it prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def take(processes: list[subprocess.Popen[str]]) -> list[str]:
    """What each says when all take the lock at once."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    return [said(process) for process in processes]


def test_of_three_that_take_over_from_a_killed_one_one_trains(runs_root: Path) -> None:
    run = new_run(tiny_config())
    killed, *three = [taker(run) for _ in range(4)]
    try:
        assert take([killed]) == ["held"]
        killed.kill()
        killed.wait()
        assert (run.path / LOCK).exists()  # the file is left behind, and means nothing
        assert sorted(take(three)) == ["held", "refused", "refused"]
        with pytest.raises(ExplorerError, match="is being trained by another process"), training_lock(run):
            pass
    finally:
        for process in (killed, *three):
            process.kill()
            process.communicate()
    with training_lock(run):
        pass
