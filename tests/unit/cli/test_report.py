"""``python -m explorer report``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import main
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import kept_measures
from explorer.runs.loaded_run import load_run
from explorer.runs.run import WEIGHTS, Run
from tests.imported_runs import imported_run

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")


def error_of(capsys: Capture, *arguments: str) -> str:
    """What the command says that it refuses; checks that it is one JSON object and exit status 2."""
    assert main(["report", *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return str(json.loads(out)["error"]["message"])


def test_it_writes_one_file_and_says_what_is_in_it(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "new folder" / "tiny.html"
    assert main(["report", "tiny", "--html", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["run"], said["file"], said["bytes"]) == ("tiny", str(target), target.stat().st_size)
    assert {"model", "reconstructions", "samples", "map"} <= {*said["sections"]}
    assert not {*said["sections"]} & said["absent"].keys()
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in target.parent.iterdir()] == ["tiny.html"]


def test_what_is_not_shown_is_told(tmp_path: Path, capsys: Capture) -> None:
    imported_run("bare")
    assert main(["report", "bare", "--html", str(tmp_path / "a.html"), "--measure"]) == 0
    assert re.search("^Not shown: map. bare came without images.", capsys.readouterr().out, re.MULTILINE)


def test_measures_are_taken_where_it_is_asked(
    trained: Run, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {name: spec for name, spec in MEASURES.items() if name in ("psnr", "mse", "kl")}
    monkeypatch.setattr("explorer.measures.MEASURES", few)
    target = tmp_path / "a.html"
    assert main(["report", "tiny", "--html", str(target)]) == 0
    assert kept_measures(load_run(trained)) == {}
    assert main(["report", "tiny", "--html", str(target), "--measure"]) == 0
    assert kept_measures(load_run(trained)).keys() == few.keys()
    assert ">PSNR</th>" in target.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_refused(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    assert error_of(capsys, "tiny", "--html", str(tmp_path)) == f"{tmp_path} is a folder."
    assert "Could not write" in error_of(capsys, "tiny", "--html", str(tmp_path / "file" / "a.html"))
    assert error_of(capsys, "tiny", "--html", " ") == "The value of --html is empty."


def test_a_run_without_its_weights_is_refused(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    (trained.path / WEIGHTS).unlink()
    assert "has no weights" in error_of(capsys, "tiny", "--html", str(tmp_path / "new" / "a.html"))
    assert not (tmp_path / "new").exists()
    assert "no run" in error_of(capsys, "gone", "--html", str(tmp_path / "a.html"))


def test_it_is_documented() -> None:
    text = (PROJECT / "docs" / "report.md").read_text(encoding="utf-8")
    assert all(f"`{flag}" in text for flag in ("--html", "--measure", "--json"))
    assert "report RUN --html" in text
