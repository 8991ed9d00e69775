"""A process of its own for files that others made: with a limit of memory and of time, and nothing to write to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from explorer.base import PROJECT, ExplorerError
from explorer.base.languages import _

MOST_BYTES = 6 * 2**30  # of memory: weights of 2 GB as a file, as tensors and as the file that is written
MOST_S = 120.0
AT_ONCE = threading.BoundedSemaphore(2)  # imports of this process: each may take ``MOST_BYTES``; the others wait


def limit_memory() -> None:
    """Let this process have at most ``MOST_BYTES`` of memory, where the operating system can do that."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def in_process(request: dict[str, Any], folder: Path, name: str, limit_s: float = MOST_S) -> dict[str, Any]:
    """What ``importing.worker`` answers to the request; it writes its files into ``folder``.

    Raises ExplorerError as the worker does, and where it needs more memory or time than it may have, or fell.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    try:
        with AT_ONCE:
            done = subprocess.run(
                [sys.executable, "-m", "explorer.importing.worker"],
                input=json.dumps(request).encode(), cwd=folder, capture_output=True, timeout=limit_s, check=False,
                env={**environment, "PYTHONPATH": os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")])},
            )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise ExplorerError(
            _("{name} could not be read within {limit_s:.0f} seconds.").format(name=name, limit_s=limit_s),
            _("Bring a smaller one."),
        ) from error
    except OSError as error:
        raise ExplorerError(
            _("No process could be started to read {name}: {strerror}.").format(name=name, strerror=error.strerror),
            _("Try again."),
        ) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        reason = "needs more memory than an import may have" if b"MemoryError" in done.stderr else "is damaged"
        raise ExplorerError(
            _("{name} could not be read: it {reason}.").format(name=name, reason=reason), _("Bring another file.")
        ) from error
    if "error" in answer:
        raise ExplorerError(answer["error"]["message"], answer["error"]["hint"])
    return answer
