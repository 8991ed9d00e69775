"""The table of coverage: files add up to their packages, and a package below the limit is named and fails."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base import PROJECT

FILES = {
    "models/vae.py": (10, 10),
    "pages/map.py": (4, 4),
    "explorer/__main__.py": (2, 2),
    "explorer/maps/search.py": (20, 20),
    "explorer/maps/fits/jobs.py": (20, 14),
    "explorer/ui/main.py": (5, 5),
    "explorer/ui/common/figures/style.py": (30, 29),
}


def table(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The script, run on a report of ``FILES``."""
    report = folder / "coverage.json"
    summaries = {name: {"summary": {"num_statements": n, "covered_lines": ran}} for name, (n, ran) in FILES.items()}
    report.write_text(json.dumps({"files": summaries}))
    command = [sys.executable, str(PROJECT / "scripts" / "coverage_by_package.py"), str(report), *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_files_add_up_to_packages_and_all_to_the_total(tmp_path: Path) -> None:
    lines = [line.split() for line in table(tmp_path).stdout.splitlines()]
    assert lines[0] == ["package", "statements", "missed", "reached"]
    assert {line[0]: tuple(line[1:4]) for line in lines[1:]} == {
        "models": ("10", "0", "100.0"),
        "pages": ("4", "0", "100.0"),
        "explorer": ("2", "0", "100.0"),
        "explorer/maps": ("40", "6", "85.0"),
        "explorer/ui": ("5", "0", "100.0"),
        "explorer/ui/common": ("30", "1", "96.7"),
        "total": ("91", "7", "92.3"),
    }


@pytest.mark.parametrize(
    ("least", "code", "said"),
    [
        ("90", 1, "below 90 %: explorer/maps\n"),
        ("97", 1, "below 97 %: explorer/maps, explorer/ui/common\n"),
        ("85", 0, ""),
    ],
)
def test_a_package_below_the_limit_is_named_and_fails(tmp_path: Path, least: str, code: int, said: str) -> None:
    done = table(tmp_path, "--at-least", least)
    assert (done.returncode, done.stderr) == (code, said)


def test_without_a_report_it_says_what_makes_one(tmp_path: Path) -> None:
    command = [sys.executable, str(PROJECT / "scripts" / "coverage_by_package.py"), str(tmp_path / "none.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "`make coverage` writes it" in done.stderr
