"""Two processes on one GPU, which exchange by gloo, train as one does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base import PROJECT
from explorer.runs import Run
from explorer.runs.metrics import metric_lines

pytestmark = pytest.mark.cuda

TRAIN = ["train", "--dataset", "digits", "--hidden", "16", "--device", "cuda", "--epochs", "2", "--batch-size", "110"]
LOCALLY = {"MASTER_ADDR": "127.0.0.1", "GLOO_SOCKET_IFNAME": "lo"}


def worker(rank: int, size: int, port: int, name: str) -> subprocess.Popen[str]:
    """One of ``size`` processes on this machine, with the environment that torchrun gives."""
    places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "MASTER_PORT": port}
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", *TRAIN, "--out", name], cwd=PROJECT, text=True,
        env={**os.environ, **LOCALLY, **{key: str(value) for key, value in places.items()}},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def train_together(size: int, name: str) -> None:
    """A training by so many processes, to its end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    workers = [worker(rank, size, port, name) for rank in range(size)]
    said = [process.communicate(timeout=200)[1] for process in workers]
    assert [process.returncode for process in workers] == [0] * size, "\n".join(said)


def test_two_processes_on_one_gpu_train_as_one(runs_root: Path) -> None:
    train_together(1, "one")
    train_together(2, "two")
    one, two = (Run(runs_root / name) for name in ("one", "two"))
    assert "2 processes" in two.status().device
    for alone, shared in zip(metric_lines(one), metric_lines(two), strict=True):
        assert shared["train_elbo_nats"] == pytest.approx(alone["train_elbo_nats"], rel=1e-4)
        assert shared["test"]["elbo_nats"] == pytest.approx(alone["test"]["elbo_nats"], rel=1e-4)
