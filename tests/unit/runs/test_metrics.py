"""The lines of metrics of a run, read while it is being written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.runs.metrics import append_metrics, metric_lines, replace_metrics
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


def test_an_altered_line_is_left_out(run: Run) -> None:
    for epoch in (1, 2, 3):
        append_metrics(run, {"epoch": epoch, "loss": 0.5})
    path = run.path / "metrics.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"epoch": 2, "loss": 0.5', b'"epoch": 2, "loss": 0.7'))
    assert [line["epoch"] for line in metric_lines(run)] == [1, 3]
    path.write_bytes(whole.replace(b'"epoch": 3', b'"epoch": \xff'))
    assert [line["epoch"] for line in metric_lines(run)] == [1, 2]


def test_lines_are_replaced_as_they_are_added(run: Run) -> None:
    append_metrics(run, {"epoch": 1})
    before = (run.path / "metrics.jsonl").read_bytes()
    append_metrics(run, {"epoch": 2})
    replace_metrics(run, metric_lines(run)[:1])
    assert (run.path / "metrics.jsonl").read_bytes() == before
    assert json.loads(before)["epoch"] == 1


def test_what_is_no_file_is_a_sentence(run: Run) -> None:
    (run.path / "metrics.jsonl").mkdir()
    with pytest.raises(ExplorerError, match=r"metrics\.jsonl is damaged: Is a directory\. Delete it to go on"):
        metric_lines(run)
