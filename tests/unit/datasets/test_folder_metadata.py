"""Classes and splits of a folder from its ``metadata.csv``, and the validation images of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.datasets.datasets import dataset_spec
from explorer.datasets.folder_report import report_sentences
from explorer.datasets.image_folder import Folder, layout_in, read_folder
from tests.helpers import write_folder

NAMES = [f"{i}.png" for i in range(8)]


def flat(folder: Path, text: str) -> Path:
    """A flat folder of eight images with a ``metadata.csv``."""
    write_folder(folder, NAMES)
    (folder / "metadata.csv").write_text(text)
    return folder


def classes_of(read: Folder) -> dict[str, str]:
    """The class of each image, by its name."""
    assert read.labels is not None
    return {name: read.classes[label] for name, label in zip(read.names, read.labels, strict=True)}


def test_classes_by_a_column(tmp_path: Path) -> None:
    rows = "".join(f"{i}.png,{'dog' if i % 2 else 'cat'}\n" for i in range(7))
    read = read_folder(flat(tmp_path, f"file,label\n{rows}"), 8)
    expected = {name: "dog" if i % 2 else "cat" for i, name in enumerate(NAMES)} | {"7.png": "(no label)"}
    assert classes_of(read) == expected
    sentences = report_sentences(read.report)
    assert "Classes by the column 'label' of metadata.csv." in sentences
    assert not any("Left out" in sentence for sentence in sentences)
    spec = dataset_spec(f"folder:{tmp_path}")
    assert spec.glance is not None
    assert spec.glance().note.startswith("8 images in 3 classes, named after the column 'label' of metadata.csv,")


def test_a_run_of_an_earlier_reading_finds_its_images(tmp_path: Path) -> None:
    write_folder(tmp_path, NAMES)
    before = dataset_spec(f"folder:{tmp_path}", reading=2).load("train", 8)
    flat(tmp_path, "file,label,split\n0.png,a,test\n1.png,b,train\n")
    again = dataset_spec(f"folder:{tmp_path}", reading=2).load("train", 8)
    assert again.fingerprint() == before.fingerprint()
    assert again.labels is None


def test_splits_by_a_column(tmp_path: Path) -> None:
    splits = ["train"] * 4 + ["val"] * 2 + ["test"] + [""]
    rows = "".join(f"{name};{split}\n" for name, split in zip(NAMES, splits, strict=True))
    read = read_folder(flat(tmp_path, f"file;split\n{rows}"), 8)
    assert set(read.names[read.part("test")]) == {"6.png"}
    assert {read.names[i] for i in read.validation} == {"4.png", "5.png"}
    assert read.report.splits == "by the column 'split' of metadata.csv"
    assert read.labels is None


@pytest.mark.parametrize("text", ["file,size\n0.png,3\n", "file,label\nother.png,cat\n", "file,split\n0.png,train\n"])
def test_other_tables_change_nothing(text: str, tmp_path: Path) -> None:
    read = read_folder(flat(tmp_path, text), 8)
    assert read.labels is None
    assert read.report.splits.startswith("a tenth drawn")


def test_folders_say_more_than_a_table(tmp_path: Path) -> None:
    write_folder(tmp_path, ["cat/0.png", "dog/1.png", "dog/2.png"])
    (tmp_path / "metadata.csv").write_text("file,label\n0.png,a\n1.png,b\n2.png,c\n")
    assert read_folder(tmp_path, 8).classes == ("cat", "dog")


def test_a_table_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    layout = layout_in(flat(tmp_path, ""))
    assert [(each.name, each.reason) for each in layout.left_out] == [
        ("metadata.csv", f"{tmp_path / 'metadata.csv'} is empty")
    ]


def test_validation_folders_are_known_and_kept_in_the_cache(
    tmp_path: Path, data_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_folder(tmp_path / "set", ["train/a/0.png", "train/b/1.png", "val/a/2.png", "test/a/3.png"])
    spec = dataset_spec(f"folder:{folder}")
    assert spec.load("test", 8).validation is None
    for limit in (2**30, 10, 10):  # in memory, written, read again
        monkeypatch.setattr("explorer.datasets.image_folder.MEMORY_LIMIT", limit)
        read_folder(write_folder(tmp_path / "other", NAMES), limit % 7 + 4)  # another one than is remembered
        read_folder(tmp_path / "other", limit % 7 + 5)
        train = spec.load("train", 8)
        assert train.validation is not None
        assert train.names is not None
        assert [train.names[i] for i in train.validation] == [str(Path("val/a/2.png"))]
        assert np.array_equal(np.asarray(train.validation), [2])
    assert dataset_spec(f"folder:{folder}", reading=2).load("train", 8).validation is None
