"""The lines of metrics of a run, read while it is being written."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.runs.metrics import metric_lines
from explorer.runs.run import Run
from explorer.training.train_run import new_run
from tests.helpers import tiny_config


@pytest.fixture
def run(runs_root: Path) -> Run:
    """A run without a process."""
    return new_run(tiny_config())


def test_metrics_leave_out_a_line_still_being_written(run: Run) -> None:
    assert metric_lines(run) == []
    (run.path / "metrics.jsonl").write_text('{"epoch": 1}\n[]\n{"epoch": 2}\n{"epo')
    assert metric_lines(run) == [{"epoch": 1}, {"epoch": 2}]
