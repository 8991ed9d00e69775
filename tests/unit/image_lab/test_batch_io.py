"""The files of a folder, uploads with zips among them, and the table as CSV."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError, Refusal
from explorer.image_lab.batch import Row
from explorer.image_lab.batch_io import CSV_COLUMNS, Uploads, csv_bytes, folder_entries
from tests.helpers import zipped

ODD_NAMES = [
    "=1+1.png",
    "+a.png",
    "-a.png",
    "@a.png",
    "two\nlines.png",
    'quo"te.png',
    "com,ma.png",
    "😀.png",
    "a\rb.png",
]


def table(rows: list[Row]) -> list[dict[str, str]]:
    """The CSV, read again."""
    return list(csv.DictReader(io.StringIO(csv_bytes(rows).decode(), newline="")))


def test_the_columns_are_these() -> None:
    columns = "file,error,mse,kl_nats,elbo_nats,percentile,nearest_class,x,y,likelihood,floor_nats"
    assert csv_bytes([]) == f"{columns}\r\n".encode()
    assert ",".join(CSV_COLUMNS) == columns


def test_numbers_are_read_again_and_what_is_not_known_is_empty() -> None:
    (row,) = table([Row("a.png", mse=0.0123456789, elbo_nats=-98.7654321, x=-1.5)])
    assert float(row["mse"]) == pytest.approx(0.0123456789, rel=1e-6)
    assert row["elbo_nats"] == "-98.76543", "a negative number is no formula"
    assert row["x"] == "-1.5"
    assert row["error"] == row["kl_nats"] == row["nearest_class"] == ""


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_come_back_as_the_same_path_and_never_as_a_formula(name: str) -> None:
    (row,) = table([Row(name, error=f"{name} is damaged.")])
    assert os.path.normpath(row["file"]) == name
    assert row["file"][0] not in "=+-@"
    assert row["error"][0] not in "=+-@"


def test_a_class_that_begins_as_a_formula_is_marked_as_text() -> None:
    assert [row["nearest_class"] for row in table([Row("a", nearest_class="=x"), Row("b", nearest_class="7")])] == [
        "'=x",
        "7",
    ]


def test_a_name_that_is_no_text_is_still_written() -> None:
    assert b"bad\\udcff.png" in csv_bytes([Row(os.fsdecode(b"bad\xff.png"))])


def test_a_folder_gives_all_that_a_person_put_there(tmp_path: Path) -> None:
    for name in ("b.png", "a/c.txt", ".hidden.png", ".git/x.png", "Thumbs.db", "out.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    found = folder_entries(tmp_path, leave_out=tmp_path / "out.csv")
    assert found == [("a/c.txt", tmp_path / "a" / "c.txt"), ("b.png", tmp_path / "b.png")]


def test_what_is_no_plain_file_of_the_folder_is_refused_without_being_opened(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(b"x")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "gone.png").symlink_to(folder / "nowhere.png")
    os.mkfifo(folder / "pipe.png")
    reasons = {name: str(why) for name, why in folder_entries(folder)}
    assert reasons["link.png"].startswith("link.png is a link that leads out of the folder.")
    assert reasons["gone.png"].startswith("gone.png is no plain file.")
    assert reasons["pipe.png"].startswith("pipe.png is no plain file.")


def test_folders_that_cannot_be_entered_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("open", "lost+found"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
    real = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "lost+found":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (_, why), (name, _) = folder_entries(tmp_path)
    assert str(why) == "The folder lost+found cannot be read. Change its rights."
    assert name == "open/a.png"


def test_an_empty_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match="holds no files"):
        folder_entries(tmp_path)


def test_uploads_are_files_and_the_files_of_zips() -> None:
    archive = zipped({"x.png": b"1", "y.png": b"2"})
    uploads = Uploads([("a.png", b"0"), ("many.zip", archive), ("cut.zip", archive[:-30])])
    assert len(uploads) == 4
    entries = list(uploads)
    assert entries[:3] == [("a.png", b"0"), ("x.png", b"1"), ("y.png", b"2")]
    name, why = entries[3]
    assert name == "cut.zip"
    assert isinstance(why, Refusal)
    assert "cut.zip" in why.message
