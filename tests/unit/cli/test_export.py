"""``python -m explorer export --html``; the folder is tested in ``test_main``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import main
from explorer.runs.run import WEIGHTS, Run
from tests.imported_runs import imported_run, latents_run

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("shipped_root", "data_root", "runs_root")


def error_of(capsys: Capture, *arguments: str) -> dict[str, str]:
    """What the command says that it refuses: one JSON object, exit status 2, no traceback."""
    assert main(["export", *arguments, "--json"]) == 2
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    error: dict[str, str] = json.loads(out)["error"]
    return error


def test_a_page_and_a_folder_at_once(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target, folder = tmp_path / "new folder" / "tiny.html", tmp_path / "away"
    assert main(["export", "tiny", "--html", str(target), "--out", str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["files"][-1] == str(target)
    assert str(folder / "decoder.onnx") in said["files"]
    assert (said["run"], said["bytes"], said["maps"], said["images"]) == ("tiny", target.stat().st_size, ["pca"], 360)
    assert target.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [path.name for path in target.parent.iterdir()] == ["tiny.html"]


def test_a_page_alone(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target = tmp_path / "tiny.html"
    assert main(["export", "tiny", "--html", str(target), "--no-latents", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["files"], said["maps"], said["images"], said["left_out"]) == ([str(target)], [], 0, [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "It is not said what to export"),
        (["--out", "away", "--thumbnails"], "--thumbnails is about the page"),
        (["--out", "away", "--no-latents"], "--no-latents is about the page"),
        (["--html", "a.html", "--thumbnails", "--no-latents"], "--thumbnails shows images on the map"),
        (["--html", " "], "The value of --html is empty"),
        (["--html", "."], "is a folder"),
        (["--html", "file/a.html"], "Could not write"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str], said: str, trained: Run, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert said in error_of(capsys, "tiny", *options)["message"]
    assert not (tmp_path / "away").exists()
    assert not (tmp_path / "a.html").exists()


def test_runs_of_which_there_is_no_page(trained: Run, tmp_path: Path, capsys: Capture) -> None:
    target = str(tmp_path / "a.html")
    latents_run("codes")
    assert (
        error_of(capsys, "codes", "--html", target)["message"] == "codes has no decoder: it is made of latents alone."
    )
    imported_run("bare")
    assert error_of(capsys, "bare", "--html", target, "--thumbnails")["message"] == "bare came without images."
    (trained.path / WEIGHTS).unlink()
    assert "has no weights" in error_of(capsys, "tiny", "--html", target)["message"]
    assert "no run" in error_of(capsys, "gone", "--html", target)["message"]
    assert not Path(target).exists()


def test_it_is_documented() -> None:
    text = (PROJECT / "docs" / "publishing.md").read_text(encoding="utf-8")
    assert all(f"`{flag}" in text for flag in ("--html", "--thumbnails", "--no-latents", "--json"))
