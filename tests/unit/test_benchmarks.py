"""Each benchmark starts as a person types it, from any folder, and says what it measures and how long it takes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.base import PROJECT

SCRIPTS = sorted((PROJECT / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_help_from_another_folder(script: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["COLUMNS"] = "200"
    command = [sys.executable, str(script), "--help"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    title = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or "").splitlines()[0]
    assert f"usage: {script.name}" in done.stdout
    assert title in done.stdout
    assert "on two cores." in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_there_are_benchmarks() -> None:
    assert "train" in {script.stem for script in SCRIPTS}
