"""The page about samples: its table is that of the shipped runs, and it names every density."""

from __future__ import annotations

import runpy

from explorer.base.runtime_settings import PROJECT
from explorer.inference.densities.registry import DENSITIES

TEXT = (PROJECT / "docs" / "samples.md").read_text(encoding="utf-8")
SCRIPT = runpy.run_path(str(PROJECT / "scripts" / "samples_table.py"))


def test_the_table_of_distances_is_the_one_that_is_made() -> None:
    assert SCRIPT["replaced"](TEXT, SCRIPT["table"]()) == TEXT, "run scripts/samples_table.py"


def test_every_density_has_its_row() -> None:
    assert not [name for name in DENSITIES if f"| `{name}` |" not in TEXT]
