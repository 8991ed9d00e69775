"""The machine and its software, and the tests that need its GPU."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import torch

from explorer.base import device_title
from support import ROOT
from support.gpu.common import Result, data_name, said_by

PACKAGES = ("torch", "torchvision", "triton", "numpy", "scipy", "scikit-learn", "safetensors", "Pillow", "psutil",
            "pytest", "pytest-xdist", "torchdr", "faiss", "openTSNE", "umap-learn", "streamlit")  # fmt: skip
TEST_PROCESSES = 4
COUNTED = re.compile(r"(\d+) (passed|failed|error|skipped)")


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
    command = [sys.executable, "-m", "pytest", *pytest_options(processes), "tests/cuda"]
    said, status = said_by(command, budget_s, cwd=ROOT)
    return {**summary(said), "processes": processes, "cut_off": status is None}


def pytest_options(processes: int) -> list[str]:
    """Options in place of those in ``pyproject.toml``, which ask for plugins and for a certain pytest."""
    parallel = ["-n", str(processes), "--dist", "loadscope"] if processes > 1 else []
    own = ["-c", os.devnull, "--rootdir", str(ROOT), "-o", "pythonpath=.", "-o", "markers=cuda"]
    return [*own, "--import-mode=importlib", "-p", "no:cacheprovider", "-q", "-rfE", "--tb=line", *parallel]


def summary(said: str) -> Result:
    """Counts and failures in what pytest printed, and its last lines where something failed or nothing was counted."""
    lines = said.strip().splitlines() or [""]
    counts = {kind: int(n) for n, kind in COUNTED.findall(lines[-1])}
    failures = [line for line in lines if line.startswith(("FAILED ", "ERROR "))]
    return {"counts": counts, "failures": failures} | ({} if counts and not failures else {"said": lines[-40:]})
