"""The report of a run: one file that asks for nothing, says what is there and what is not, and escapes every name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from explorer.base.files import read_json, write_json
from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.cli.main import main

SECTIONS = ["model", "reconstructions", "samples", "manifold", "traversals", "map", "measures", "curves"]
ASKS = re.compile(r"""(?:src|href)=["'](?!data:|#)|@import|url\((?!data:)|<script""")  # for something outside the file
pytestmark = pytest.mark.usefixtures("data_root")


def report(run: str, target: Path, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, object], str]:
    """What the command says, and the file that it writes."""
    assert main(["report", run, "--html", str(target), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["bytes"] == target.stat().st_size
    return said, target.read_text(encoding="utf-8")


@pytest.mark.usefixtures("runs_root")
def test_everything_of_a_run_with_its_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, text = report("digits-2d", tmp_path / "made" / "report.html", capsys)
    assert said["sections"] == SECTIONS
    assert said["absent"] == {}
    assert "24.5" in text, "-ELBO"
    assert "original" in text
    assert "decoded" in text
    assert not ASKS.search(text)
    again, same = report("digits-2d", tmp_path / "again.html", capsys)
    assert same == text
    assert again["bytes"] == said["bytes"]


def test_a_run_without_images_measures_and_map_says_so(
    runs_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = shutil.copytree(SHIPPED_RUNS / "mnist-ae-2d", runs_root / "bare")
    for name in ("measures.json", "metrics.jsonl", "surprise.npz"):
        (bare / name).unlink(missing_ok=True)
    shutil.rmtree(bare / "maps")
    shutil.rmtree(bare / "latents")
    config = read_json(bare / "config.json")
    config["data"]["name"] = config["training"]["dataset"] = "folder:/nowhere/<script>alert(1)</script>"
    write_json(bare / "config.json", config)
    said, text = report("bare", tmp_path / "report.html", capsys)
    assert isinstance(said["absent"], dict)
    assert {"map", "curves"} <= said["absent"].keys()
    assert all(reason.endswith(".") for reason in said["absent"].values())
    assert "<script" not in text
    assert "traversals" in said["sections"]


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize(("run", "target"), [("digits-2d", "."), ("no-such-run", "report.html")])
def test_what_cannot_be_made_is_a_sentence(
    run: str, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", run, "--html", str(tmp_path / target)]) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert not list(tmp_path.glob("*.html"))
