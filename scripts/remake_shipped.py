"""Make the measures and scores of the runs that ship again, from their weights and the data.

usage: python scripts/remake_shipped.py [RUN ...]

Each RUN is the name of a shipped run; without one, all. The data must lie under EXPLORER_DATA. A run is measured in a
copy, from which the new files are taken, so that nothing is left half made.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explorer.base import SHIPPED_RUNS
from explorer.cli.progress_bar import ProgressLine
from explorer.image_lab.scores import score_quantiles_of
from explorer.measures import measured
from explorer.runs import Run, load_run

REMADE = ("measures.json", "surprise.npz")


def main() -> int:
    for name in sys.argv[1:] or sorted(folder.name for folder in SHIPPED_RUNS.iterdir()):
        remake(SHIPPED_RUNS / name)
    return 0


def remake(folder: Path) -> None:
    """Measure a copy of the run, and take its new files."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(shutil.copytree(folder, Path(parent) / folder.name))
        for name in REMADE:
            (copy / name).unlink(missing_ok=True)
        run = load_run(Run(copy))
        score_quantiles_of(run)
        with ProgressLine() as line:
            measured(run, progress=line.share)
        for name in REMADE:
            shutil.copyfile(copy / name, folder / name)
    print(f"{folder.name}: {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    raise SystemExit(main())
