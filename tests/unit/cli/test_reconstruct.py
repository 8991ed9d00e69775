"""``reconstruct --csv``: a folder or a zip of images as a table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from explorer.cli.main import INTERRUPTED, main
from explorer.image_lab import batch as image_batch
from explorer.image_lab.batch_io import CSV_COLUMNS
from explorer.maps.fits.projections import kept_map, map_file, map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.helpers import digit_picture, encoded, zipped

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("trained")
FILES = {"one.png": encoded(digit_picture()), "sub/two.jpg": encoded(digit_picture(), "JPEG"), "zzz.png": b"no image"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of two good files and a bad one."""
    for name, content in FILES.items():
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "in"


def table(path: Path) -> list[dict[str, str]]:
    """A CSV's rows; checks its header."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames or ()) == CSV_COLUMNS
    return rows


@pytest.mark.parametrize("kind", ["folder", "zip", "files"])
def test_a_batch_is_a_table(kind: str, folder: Path, tmp_path: Path, capsys: Capture) -> None:
    archive = tmp_path / "archive.bin"  # told by its content
    archive.write_bytes(zipped(FILES))
    named = [str(folder / name) for name in FILES]
    given = {"folder": [str(folder)], "zip": [str(archive)], "files": named}[kind]
    target = tmp_path / "made" / "out.csv"
    assert main(["reconstruct", "tiny", *given, "--csv", str(target), "--json"]) == 0
    out, err = capsys.readouterr()
    result = {"run": "tiny", "images": 2, "refused": 1, "file": str(target), "interrupted": False, "absent": {}}
    found = json.loads(out)
    assert found.pop("likelihood")["kind"] == "cross-entropy"
    assert found == result
    assert "3 of 3 images" in err
    rows = table(target)
    assert [row["file"] for row in rows] == (named if kind == "files" else list(FILES))
    assert [bool(row["error"]) for row in rows] == [False, False, True]
    assert all(float(rows[0][name]) for name in ("mse", "kl_nats", "elbo_nats", "percentile"))
    assert rows[0]["x"] == rows[0]["y"] == "", "the run keeps no map"
    assert {rows[2][name] for name in CSV_COLUMNS[2:]} == {""}
    assert not list(target.parent.glob(".*")), "nothing half written is left"


def test_a_kept_map_gives_places(trained: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert kept_map(load_run(trained), "tsne") is None
    map_of(load_run(trained), "tsne")
    assert main(["reconstruct", "tiny", str(folder), "--csv", str(target)]) == 0
    assert float(table(target)[0]["x"])


def test_a_damaged_map_is_named_and_made_again_by_the_command_that_is_named(
    trained: Run, folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    map_of(load_run(trained), "tsne")
    path = trained.path / map_file("tsne")
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    arguments = ["reconstruct", "tiny", str(folder), "--csv", str(tmp_path / "out.csv")]
    assert main(arguments) == 2
    sentence = capsys.readouterr().err
    assert f"{map_file('tsne')} is damaged: its checksum does not match. Fit it again" in sentence
    assert "python -m explorer map tiny --method tsne" in sentence
    assert not (tmp_path / "out.csv").exists()
    assert main(["map", "tiny", "--method", "tsne"]) == 0
    assert main(arguments) == 0
    assert float(table(tmp_path / "out.csv")[0]["x"])


def test_a_map_that_was_asked_for_is_made(trained: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    assert main(["reconstruct", "tiny", str(folder), "--csv", str(target), "--map", "pca"]) == 0
    assert float(table(target)[0]["x"])
    assert kept_map(load_run(trained), "pca") is not None


def test_none_at_all_is_status_2_and_still_a_table(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(b"no")
    target = tmp_path / "out.csv"
    assert main(["reconstruct", "tiny", str(tmp_path / "in"), "--csv", str(target), "--json"]) == 2
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert (result["images"], result["refused"]) == (0, 1)
    assert result["error"]["message"] in err
    assert "Traceback" not in err
    assert len(table(target)) == 1


def test_a_second_run_leaves_out_the_table_of_the_first(folder: Path) -> None:
    for _ in range(2):
        assert main(["reconstruct", "tiny", str(folder), "--csv", str(folder / "out.csv")]) == 0
        assert len(table(folder / "out.csv")) == len(FILES)


def test_interrupted_keeps_what_was_done(
    folder: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    through = image_batch.seen
    calls = []

    def once(*arguments: object) -> object:
        calls.append(arguments)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return through(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(image_batch, "CHUNK", 1)
    monkeypatch.setattr(image_batch, "seen", once)
    target = tmp_path / "out.csv"
    assert main(["reconstruct", "tiny", str(folder), "--csv", str(target), "--json"]) == INTERRUPTED
    assert json.loads(capsys.readouterr().out)["interrupted"] is True
    assert len(table(target)) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["{in}"], "is a folder. Give images, or a folder together with --csv FILE."),
        (["{in}", "--csv", "{tmp}/out.csv", "--out", "{tmp}/out"], "--out and --csv do not go together"),
        (["{tmp}/nowhere", "--csv", "{tmp}/out.csv"], "There is no file"),
        (["{in}", "--csv", "{in}/one.png/out.csv"], "Could not write in"),
        (["{in}", "--csv", "{tmp}/out.csv", "--map", "x"], "There is no map method 'x'"),
        (["{tmp}/cut.zip", "--csv", "{tmp}/out.csv"], "cut.zip is no zip, or damaged"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    arguments: list[str], sentence: str, folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "cut.zip").write_bytes(zipped(FILES)[:-30])
    places = {"in": folder, "tmp": tmp_path}
    assert main(["reconstruct", "tiny", *(text.format(**places) for text in arguments)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "out.csv").exists()
