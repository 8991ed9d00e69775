"""Print how much of each package the tests reach, from coverage's JSON.

usage: python scripts/coverage_by_package.py [REPORT] [--at-least PERCENT]

A package is ``models``, ``pages``, what stands directly in ``explorer/``, or a folder of ``explorer/ui/``; what lies
deeper counts to it. Statements alone are counted, not branches. Exit 1 where a package is below ``--at-least``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

REPORT = Path(__file__).resolve().parents[1] / ".cache" / "coverage" / "coverage.json"


@dataclass
class Reached:
    """Statements of a package, and how many of them ran."""

    statements: int = 0
    covered: int = 0

    def add(self, statements: int, covered: int) -> None:
        self.statements += statements
        self.covered += covered

    @property
    def percent(self) -> float:
        return 100 * self.covered / self.statements if self.statements else 100.0


def main() -> int:
    parser = argparse.ArgumentParser(description="How much of each package the tests reach.")
    parser.add_argument("report", nargs="?", type=Path, default=REPORT, help="the JSON that coverage wrote")
    parser.add_argument("--at-least", type=float, default=90.0, metavar="PERCENT", help="of each package; default 90")
    args = parser.parse_args()
    try:
        report = json.loads(args.report.read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit(f"There is no {args.report}: `make coverage` writes it.")
    packages = by_package(report)
    print("\n".join(table(packages)))
    low = [name for name, reached in packages.items() if reached.percent < args.at_least]
    if low:
        print(f"below {args.at_least:g} %: {', '.join(low)}", file=sys.stderr)
    return 1 if low else 0


def by_package(report: dict[str, Any]) -> dict[str, Reached]:
    """The packages of a report in the order of their names."""
    packages: dict[str, Reached] = defaultdict(Reached)
    for file, content in report["files"].items():
        found = content["summary"]
        packages[package_of(file)].add(found["num_statements"], found["covered_lines"])
    return dict(sorted(packages.items()))


def package_of(file: str) -> str:
    """``explorer/maps/fits/jobs.py`` -> ``explorer/maps``; ``explorer/ui/map/fit.py`` -> ``explorer/ui/map``."""
    folders = PurePath(file.replace("\\", "/")).parent.parts
    return "/".join(folders[: 3 if folders[:2] == ("explorer", "ui") else 2])


def table(packages: dict[str, Reached]) -> list[str]:
    """A line a package, and the total."""
    total = Reached()
    for reached in packages.values():
        total.add(reached.statements, reached.covered)
    rows = [*packages.items(), ("total", total)]
    return [f"{'package':24} statements  missed  reached"] + [
        f"{name:24} {one.statements:10} {one.statements - one.covered:7} {one.percent:6.1f} %" for name, one in rows
    ]


if __name__ == "__main__":
    sys.exit(main())
