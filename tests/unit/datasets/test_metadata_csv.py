"""Columns of one's own: whatever the rows are like, every image has one value or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.metadata_csv import MAX_CATEGORIES, metadata_path, read_metadata

NAMES = ("cat/a.png", "cat/b.png", "dog/a.png", "e.png")


def written(folder: Path, text: str) -> Path:
    """A metadata file."""
    path = folder / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_numbers_and_texts_with_missing_and_extra_rows(tmp_path: Path) -> None:
    text = "weight,file,mood\n3,cat/a.png,glad\n,e.png,sad\n7,nobody.png,odd\n2.5,dog/a.png,\n"
    weight, mood = read_metadata(written(tmp_path, text), NAMES)
    np.testing.assert_array_equal(weight.values, [3, np.nan, 2.5, np.nan])
    assert weight.names is None
    assert (mood.title, mood.names) == ("mood", ("glad", "sad"))
    assert mood.values.tolist() == [0, -1, -1, 1]


def test_a_name_alone_will_do_where_no_two_are_alike(tmp_path: Path) -> None:
    (size,) = read_metadata(written(tmp_path, "name,size\nb.png,1\na.png,2\ndog\\a.png,3\n"), NAMES)
    np.testing.assert_array_equal(size.values, [np.nan, 1, 3, np.nan])


def test_without_a_known_name_the_first_column_names_the_files(tmp_path: Path) -> None:
    (size,) = read_metadata(written(tmp_path, "\ufeffwhich,size\ne.png,4\n"), NAMES)
    assert size.values[3] == 4


@pytest.mark.parametrize(
    "text", ["file,x\n", "file,x\nother.png,3\n", "file\ne.png\n", "file,x\ne.png\n", "file,\ne.png,3\n"]
)
def test_what_says_nothing_of_the_images_is_no_column(tmp_path: Path, text: str) -> None:
    assert read_metadata(written(tmp_path, text), NAMES) == ()


def test_too_many_different_texts_are_no_column(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(MAX_CATEGORIES + 1)]
    rows = "".join(f"{name},text {name}\n" for name in names)
    assert read_metadata(written(tmp_path, "file,note\n" + rows), names) == ()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\n\n"])
def test_what_is_no_table_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(content)
    with pytest.raises(ExplorerError, match="could not be read"):
        read_metadata(path, NAMES)


def test_only_folders_have_metadata(tmp_path: Path) -> None:
    assert metadata_path("mnist") is None
    assert metadata_path(f"folder:{tmp_path}") is None
    written(tmp_path, "file,x\n")
    assert metadata_path(f"folder:{tmp_path}") == tmp_path / "metadata.csv"
