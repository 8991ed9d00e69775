"""Fixtures that all tests share. No test writes outside its own temporary folders."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.runtime_settings import PROJECT, settings
from explorer.runs import run as runs

# Test processes share the cores: torch's threads would wait for each other, and tiny models gain nothing by them.
# Where UMAP's compiled loops begin, they give the whole process the number of theirs.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("NUMBA_NUM_THREADS", os.environ["OMP_NUM_THREADS"])
# Hundreds of processes import torch here, in half the time from bytecode; where it may not lie beside the sources, it
# lies in a folder of its own.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(PROJECT / ".cache" / "bytecode")


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Each test reads the environment anew."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def data_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data root."""
    root = tmp_path / "data"
    monkeypatch.setenv("EXPLORER_DATA", str(root))
    settings.cache_clear()
    return root


@pytest.fixture
def runs_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty runs root, not made yet."""
    root = tmp_path / "runs"
    monkeypatch.setenv("EXPLORER_RUNS", str(root))
    settings.cache_clear()
    return root


@pytest.fixture
def shipped_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the shipped runs."""
    root = tmp_path / "shipped"
    monkeypatch.setattr(runs, "SHIPPED_RUNS", root)
    return root


@pytest.fixture(scope="session")
def mnist() -> str:
    """The real MNIST, where its files are; for tests marked ``mnist``."""
    from explorer.datasets.mnist_files import missing_files

    raw = settings().data / "MNIST" / "raw"
    if missing := missing_files(raw):
        pytest.skip(f"MNIST is not in {raw} (EXPLORER_DATA names the data root): missing {', '.join(missing)}")
    return "mnist"


@pytest.fixture(scope="session")
def trained_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a run trained on digits once for all tests; never changed (see ``trained``)."""
    from tests.helpers import trained_in

    return trained_in(tmp_path_factory.mktemp("trained"), "tiny", epochs=2).path


@pytest.fixture
def trained(trained_path: Path, runs_root: Path) -> runs.Run:
    """A copy of the trained run, in this test's own runs root, free to be altered."""
    shutil.copytree(trained_path, runs_root / "tiny")
    return runs.Run(runs_root / "tiny")
