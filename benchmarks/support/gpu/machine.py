"""The machine and its software, and the tests that need its GPU."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import torch

from explorer.base import device_title
from support import ROOT
from support.gpu.common import Result, data_name, said_by

PACKAGES = ("torch", "torchvision", "triton", "numpy", "scipy", "scikit-learn", "safetensors", "Pillow", "psutil",
            "pytest", "pytest-xdist", "torchdr", "faiss", "openTSNE", "umap-learn", "streamlit")  # fmt: skip
TEST_PROCESSES = 4
COUNTED = {"failed": "failures", "error": "errors", "skipped": "skipped"}  # and their names in JUnit's form


def machine(device: torch.device, budget_s: float) -> Result:
    """Card, driver, versions, date and data; a package that is not there is None."""
    found: Result = {
        "device": device_title(device),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "data": data_name(),
        "packages": {name: installed(name) for name in PACKAGES},
    }
    if device.type != "cuda":
        return found
    properties = torch.cuda.get_device_properties(device)
    return found | {
        "driver": driver(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
        "capability": f"{properties.major}.{properties.minor}",
        "multiprocessors": properties.multi_processor_count,
        "memory_mb": properties.total_memory // 2**20,
        "cards": torch.cuda.device_count(),
    }


def installed(package: str) -> str | None:
    """Its version, None where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def driver() -> str:
    """The version of the NVIDIA driver, as ``nvidia-smi`` says."""
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split()[0]
    except (OSError, subprocess.SubprocessError, IndexError) as error:
        return f"unknown: {type(error).__name__}"


def tests(device: torch.device, budget_s: float) -> Result:
    """The tests that need a GPU: how many passed, and the failures, each in a line."""
    if find_spec("pytest") is None:
        return {"skipped": "pytest is not installed"}
    processes = TEST_PROCESSES if device.type == "cuda" and find_spec("xdist") else 1
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "tests.xml"
        command = [sys.executable, "-m", "pytest", *pytest_options(processes), f"--junit-xml={report}", "tests/cuda"]
        # torch's compiler would leave processes of its own behind, which hold the output open
        said, status = said_by(command, budget_s, cwd=ROOT, env={**os.environ, "TORCHINDUCTOR_COMPILE_THREADS": "1"})
        counts = counted(report.read_text(encoding="utf-8")) if report.exists() else {}
    return {**summary(said, counts), "processes": processes, "cut_off": not counts and status is None}


def pytest_options(processes: int) -> list[str]:
    """Options in place of those in ``pyproject.toml``, which ask for plugins and for a certain pytest."""
    parallel = ["-n", str(processes), "--dist", "loadscope"] if processes > 1 else []
    own = ["-c", os.devnull, "--rootdir", str(ROOT), "-o", "pythonpath=.", "-o", "markers=cuda"]
    return [*own, "--import-mode=importlib", "-p", "no:cacheprovider", "-q", "-rfE", "--tb=line", *parallel]


def counted(report: str) -> dict[str, int]:
    """How many tests passed, failed, stopped with an error and were skipped, in a report of JUnit's form."""
    suite = next(ElementTree.fromstring(report).iter("testsuite")).attrib  # pytest wrote it
    counts = {kind: int(suite[name]) for kind, name in COUNTED.items()}
    passed = int(suite["tests"]) - sum(counts.values())
    return {kind: n for kind, n in {"passed": passed, **counts}.items() if n}


def summary(said: str, counts: dict[str, int]) -> Result:
    """Counts and failures, and the last lines that pytest printed where something failed or nothing was counted."""
    lines = said.strip().splitlines() or [""]
    failures = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return {"counts": counts, "failures": failures} | ({} if counts and not failures else {"said": lines[-40:]})
