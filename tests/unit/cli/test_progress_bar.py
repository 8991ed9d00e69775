"""The progress bar on standard error."""

from __future__ import annotations

import pytest

from explorer.cli.progress_bar import ProgressLine
from explorer.runs.records import Status


def test_the_time_left_is_told_beside_the_share(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 100.0
    monkeypatch.setattr("explorer.cli.progress_bar.time.monotonic", lambda: now)
    with ProgressLine() as line:
        line.share(0.0, "NLL")
        assert "left" not in capsys.readouterr().err  # nothing to go by
        now = 110.0
        line.share(0.25, "NLL")
        assert "NLL  25%, 30 s left |" in capsys.readouterr().err


def test_a_training_tells_its_own_time_left(capsys: pytest.CaptureFixture[str]) -> None:
    with ProgressLine() as line:
        line.status(Status("running", progress=0.5, seconds_left=200.0))
        assert "running  50%, 3 min left |" in capsys.readouterr().err
