"""Make the measures and scores of the runs that ship again, from their weights and the data.

usage: python scripts/remake_shipped.py [--measures NAME,...] [RUN ...]

Each RUN is the name of a shipped run; without one, all. With --measures only these are made again, no scores; with that
of a density's draws (frechet-gmm, frechet-kde, frechet-flow) the density too. The data must lie under EXPLORER_DATA. A
run is measured in a copy, from which the new files are taken, so that nothing is left half made.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from explorer.base import SHIPPED_RUNS, read_json, write_json
from explorer.cli.progress_bar import ProgressLine
from explorer.image_lab.scores import score_quantiles_of
from explorer.inference.densities import DENSITIES, density_file
from explorer.measures import measured
from explorer.runs import Run, load_run

MEASURES_FILE = "measures.json"
REMADE = (MEASURES_FILE, "surprise.npz")
DENSITY_FILES = {f"frechet-{name}": density_file(name) for name in DENSITIES}  # by the measure of their draws


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", default=sorted(folder.name for folder in SHIPPED_RUNS.iterdir()))
    parser.add_argument("--measures", type=lambda text: text.split(","), default=None)
    options = parser.parse_args()
    for name in options.runs:
        remake(SHIPPED_RUNS / name, options.measures)
    return 0


def remake(folder: Path, names: Sequence[str] | None) -> None:
    """Measure a copy of the run, and take its new files."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as parent:
        copy = Path(shutil.copytree(folder, Path(parent) / folder.name))
        forget(copy, names)
        run = load_run(Run(copy))
        with ProgressLine() as line:
            score_quantiles_of(run)
            measured(run, names, progress=line.share)
        for name in (*REMADE, *DENSITY_FILES.values()):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(copy / name, folder / name)
    print(f"{folder.name}: {time.perf_counter() - started:.0f} s", flush=True)


def forget(folder: Path, names: Sequence[str] | None) -> None:
    """Remove what is to be made again: these measures alone, or all measures and the scores."""
    if names is None:
        for name in (*REMADE, *DENSITY_FILES.values()):
            (folder / name).unlink(missing_ok=True)
        return
    for name in set(names) & DENSITY_FILES.keys():
        (folder / DENSITY_FILES[name]).unlink(missing_ok=True)
    content = read_json(folder / MEASURES_FILE)
    for name in names:
        content["measures"].pop(name, None)
    write_json(folder / MEASURES_FILE, content)


if __name__ == "__main__":
    raise SystemExit(main())
