"""The learning curve of a training: one line of JSON for each evaluation."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from explorer.base import when_free
from explorer.runs.run import Run

METRICS = "metrics.jsonl"


def metric_lines(run: Run) -> list[dict[str, Any]]:
    """The complete lines of ``metrics.jsonl``, in their order; empty where there is no such file."""
    try:
        lines = when_free((run.path / METRICS).read_text).splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return [line for line in found if isinstance(line, dict) and "epoch" in line]
