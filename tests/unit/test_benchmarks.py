"""Each benchmark starts as a person types it, from any folder, and says what it measures and how long it takes."""

from __future__ import annotations

import ast
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from explorer.base import PROJECT

PARTS = ["machine", "tests", "epochs_vae", "usual", "epochs_conv", "iwae", "curves", "resume", "decode", "likelihood",
         "encode", "repairs", "maps", "two_processes"]  # fmt: skip
SCRIPTS = sorted((PROJECT / "benchmarks").glob("*.py"))


@pytest.fixture
def goals(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the GPU's goals, found as the benchmarks find it."""
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    return importlib.import_module("support.gpu.goals")


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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_part_of_the_gpus_figures_says_something_on_a_cpu(tmp_path: Path) -> None:
    script, file = PROJECT / "benchmarks" / "gpu.py", tmp_path / "out" / "gpu.json"
    command = [sys.executable, str(script), "--device", "cpu", "--seconds", "10", "--json", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    parts = [json.loads(line) for line in done.stdout.splitlines()]
    assert [part["part"] for part in parts] == PARTS
    assert {part["part"]: part["error"] for part in parts if "error" in part} == {}
    assert parts[0]["device"] == "CPU"
    assert json.loads(file.read_text())["parts"].keys() == set(PARTS)


def test_the_goals_of_a_gpu_stand_beside_what_was_found(goals: ModuleType) -> None:
    vae, usual = {"128 graph float32": {"seconds": 0.05}}, {"images": 9, "1 workers": {"seconds": 3.0}}
    found = goals.judged({"epochs_vae": vae, "usual": usual, "tests": {"error": "It was ended after 9 s."}})
    assert found["seconds an epoch of 784-400-20"] == {"found": 0.05, "at_most": 0.1, "reached": True}
    assert found["its share of the usual loop"]["reached"] is True
    compiled = goals.judged({"epochs_vae": vae | {"128 compiled float32": {"seconds": 0.04}}})
    assert compiled["seconds an epoch of 784-400-20"]["found"] == 0.04
    iwae = {"draws": 50, "20 graph": {"minutes_for_all": 70.0}, "20 compiled": {"skipped": "the time was up"}}
    schedule = goals.judged({"iwae": iwae})["minutes of the IWAE's schedule"]
    assert schedule == {"found": 70.0, "at_most": 10, "reached": False}
    assert found["no test fails"] == {"found": None, "at_most": 0, "reached": None}
    fast = {"128 eager bfloat16": {"skipped": "the time was up"}, "tf32": {"images_per_s": 1.0}}
    slow = goals.judged({"epochs_conv": fast})["images a second of conv-vae"]
    assert slow == {"found": 1.0, "at_least": 300_000, "reached": False}


def test_the_tests_of_a_gpu_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROJECT / "benchmarks")
    machine = importlib.import_module("support.gpu.machine")
    report = '<testsuites><testsuite errors="1" failures="2" skipped="8" tests="141"/></testsuites>'
    counts = machine.counted(report)
    assert counts == {"passed": 130, "failed": 2, "error": 1, "skipped": 8}
    assert machine.summary("FAILED tests/a.py::b - no\n2 failed", counts)["failures"] == ["FAILED tests/a.py::b - no"]
    assert "said" not in machine.summary("all is well", {"passed": 3})
    assert machine.summary("no module named x", {})["said"] == ["no module named x"]


def test_there_are_benchmarks() -> None:
    assert "train" in {script.stem for script in SCRIPTS}
