"""Write the table of Frechet distances in docs/samples.md again, from the measures that the shipped runs keep.

usage: python scripts/samples_table.py
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from explorer.base import SHIPPED_RUNS, significant  # noqa: E402 (the checkout need not be installed)
from explorer.inference.densities import DENSITIES  # noqa: E402
from explorer.measures import Measured, kept_measures  # noqa: E402
from explorer.runs import Run, load_run  # noqa: E402
from scripts.marked_table import between  # noqa: E402

PAGE = ROOT / "docs" / "samples.md"
BEGIN = "<!-- distances: made by scripts/samples_table.py -->"
END = "<!-- end of the distances -->"
COLUMNS = ("frechet-floor", "frechet", *(f"frechet-{name}" for name in DENSITIES))
replaced = partial(between, BEGIN, END)  # the page and its new table to the new page


def main() -> int:
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
    return 0


def table() -> str:
    """One row a shipped run."""
    head = ["| run | n | images | prior | `gmm` | `kde` | `flow` |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*head, *map(row, sorted(SHIPPED_RUNS.iterdir()))])


def row(folder: Path) -> str:
    """The distances of one run."""
    kept = kept_measures(load_run(Run(folder)))
    cells = " | ".join(cell(kept.get(name)) for name in COLUMNS)
    return f"| `{folder.name}` | {kept['frechet-floor'].n:,} | {cells} |"


def cell(one: Measured | None) -> str:
    """A distance with its standard error; of a model without a prior there is none from it."""
    if one is None:
        return "not measured"
    if not one.values:
        return "no prior"
    return f"{significant(one.values[0], 3)} ± {significant(one.errors[0], 2)}"


if __name__ == "__main__":
    raise SystemExit(main())
