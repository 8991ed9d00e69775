"""The servers that benchmarks measure."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from explorer.base import PROJECT, device_title, resolve_device
from tests.e2e.serving import Server


@contextmanager
def served(folder: Path, command: tuple[str, ...]) -> Iterator[Server]:
    """A server of ``command`` with its runs in ``folder``."""
    server = Server(folder, command)
    if command[1:2] == ("streamlit",):  # as it is out of the box, not as our config tunes it
        server.environment["PYTHONPATH"] = str(PROJECT)
        server.environment["STREAMLIT_RUNNER_POST_SCRIPT_GC"] = "true"
        server.environment["STREAMLIT_SERVER_FILE_WATCHER_TYPE"] = "auto"
    (folder / "server.log").unlink(missing_ok=True)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def cpu_s(process: psutil.Process) -> float:
    """Seconds of processor time of a process so far."""
    return float(sum(process.cpu_times()[:2]))


def conditions() -> dict[str, Any]:
    """The machine and the device that decodes."""
    return {
        "machine": {"cpus": os.cpu_count(), "platform": platform.platform(), "load_1min": os.getloadavg()[0]},
        "device": device_title(resolve_device()),
    }
