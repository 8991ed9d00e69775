"""Two processes on one GPU, which exchange by gloo, train as one does."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.runs import Run
from explorer.runs.metrics import metric_lines
from tests.launched import ended, together

pytestmark = pytest.mark.cuda

TRAIN = ["train", "--dataset", "digits", "--hidden", "16", "--device", "cuda", "--epochs", "2", "--batch-size", "110"]


def train_together(size: int, name: str) -> None:
    """A training by so many processes, to its end."""
    found = ended(together(size, *TRAIN, "--out", name))
    assert [status for status, _, _ in found] == [0] * size, "\n".join(said for _, _, said in found)


def test_two_processes_on_one_gpu_train_as_one(runs_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GLOO_SOCKET_IFNAME", "lo")
    train_together(1, "one")
    train_together(2, "two")
    one, two = (Run(runs_root / name) for name in ("one", "two"))
    assert "2 processes" in two.status().device
    for alone, shared in zip(metric_lines(one), metric_lines(two), strict=True):
        assert shared["train_elbo_nats"] == pytest.approx(alone["train_elbo_nats"], rel=1e-4)
        assert shared["test"]["elbo_nats"] == pytest.approx(alone["test"]["elbo_nats"], rel=1e-4)
