"""Give the files of runs that earlier versions wrote their checksums (docs/run-files.md); damaged ones are refused.

usage: python scripts/add_checksums.py [RUN ...]

Each RUN is the folder of a run that is not being trained; without one, all runs that ship.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explorer.base import SHIPPED_RUNS, damaged, read_json, write_atomic, write_json
from explorer.base.checksums import npz_arrays, npz_with_checksum
from explorer.runs import METRICS, Run, metric_lines, replace_metrics


def main() -> int:
    named = [Path(name) for name in sys.argv[1:]]
    for folder in named or sorted(SHIPPED_RUNS.iterdir()):
        add_checksums(folder)
    return 0


def add_checksums(folder: Path) -> None:
    """Write each file of the run again with its checksum; one that has it stays the same, byte for byte."""
    for path in sorted(folder.rglob("*.json")):
        write_json(path, read_json(path))
    for path in sorted(folder.rglob("*.npz")):
        write_atomic(path, checked_npz(path))
    metrics = folder / METRICS
    if metrics.exists():
        lines = metric_lines(Run(folder))
        if len(lines) != len(metrics.read_bytes().splitlines()):
            raise damaged(metrics, "a line of it is not whole")
        replace_metrics(Run(folder), lines)


def checked_npz(path: Path) -> bytes:
    """The content of an npz file with its checksum; DamagedFileError for one that is damaged."""
    content = path.read_bytes()
    try:
        npz_arrays(content)
    except ValueError as error:
        raise damaged(path, error) from error
    return npz_with_checksum(content)


if __name__ == "__main__":
    raise SystemExit(main())
