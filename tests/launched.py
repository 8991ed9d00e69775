"""Trainings by several processes on this machine, started as torchrun starts them."""

from __future__ import annotations

import os
import subprocess
import sys

from explorer.base import PROJECT
from tests.e2e.serving import free_port

ENDS_WITHIN_S = 200


def worker(rank: int, size: int, port: int, *arguments: str) -> subprocess.Popen[str]:
    """One of ``size`` processes, with the environment that torchrun gives."""
    places = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "LOCAL_WORLD_SIZE": size, "MASTER_PORT": port}
    given = {"MASTER_ADDR": "127.0.0.1", **{name: str(value) for name, value in places.items()}}
    return subprocess.Popen(
        [sys.executable, "-m", "explorer", *arguments], cwd=PROJECT, text=True, env={**os.environ, **given},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def together(size: int, *arguments: str) -> list[subprocess.Popen[str]]:
    """So many processes at once."""
    port = free_port()
    return [worker(rank, size, port, *arguments) for rank in range(size)]


def ended(workers: list[subprocess.Popen[str]]) -> list[tuple[int, str, str]]:
    """Exit status and output of each."""
    return [(w.returncode, out, err) for w in workers for out, err in [w.communicate(timeout=ENDS_WITHIN_S)]]
