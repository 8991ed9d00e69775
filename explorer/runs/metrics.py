"""The learning curve of a training: one line of JSON for each evaluation, each with a checksum of its own."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from typing import Any

from explorer.base import damaged, unwritable, when_free, write_atomic
from explorer.base.checksums import with_checksum, without_checksum
from explorer.runs.run import Run

METRICS = "metrics.jsonl"


def metric_lines(run: Run) -> list[dict[str, Any]]:
    """The lines of ``metrics.jsonl`` that are whole, in their order; empty where there is no such file.

    A line that is cut off, as by a killed process, or altered is left out. Raises ExplorerError where the file cannot
    be read at all.
    """
    path = run.path / METRICS
    try:
        lines = when_free(path.read_bytes).splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise damaged(path, error.strerror, "Delete it to go on without the learning curve so far.") from error
    found = []
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            found.append(without_checksum(json.loads(line)))
    return [line for line in found if "epoch" in line]


def append_metrics(run: Run, line: dict[str, Any]) -> None:
    """Add one flushed line; ExplorerError where it cannot be written."""
    try:
        with (run.path / METRICS).open("a") as file:
            file.write(text_of(line))
    except OSError as error:
        raise unwritable(run.path, error) from error


def replace_metrics(run: Run, lines: Iterable[dict[str, Any]]) -> None:
    """Write these lines in place of those there are; ExplorerError where they cannot be written."""
    write_atomic(run.path / METRICS, "".join(map(text_of, lines)).encode())


def text_of(line: dict[str, Any]) -> str:
    """The line as it stands in the file."""
    return json.dumps(with_checksum(line), allow_nan=False) + "\n"
