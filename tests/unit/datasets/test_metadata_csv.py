"""Columns of one's own: whatever the rows are like, every image has one value or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.columns import MAX_CATEGORIES
from explorer.datasets.metadata_csv import metadata_path, read_metadata

NAMES = ("cat/a.png", "cat/b.png", "dog/a.png", "e.png")


def written(folder: Path, text: str) -> Path:
    """A metadata file."""
    path = folder / "metadata.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_numbers_and_texts_with_missing_and_extra_rows(tmp_path: Path) -> None:
    text = "weight,file,mood\n3,cat/a.png,glad\n,e.png,sad\n7,nobody.png,odd\n2.5,dog/a.png,\n"
    weight, mood = read_metadata(written(tmp_path, text), NAMES).columns
    np.testing.assert_array_equal(weight.values, [3, np.nan, 2.5, np.nan])
    assert weight.names is None
    assert (mood.title, mood.names) == ("mood", ("glad", "sad"))
    assert mood.values.tolist() == [0, -1, -1, 1]


def test_a_name_alone_will_do_where_no_two_are_alike(tmp_path: Path) -> None:
    (size,) = read_metadata(written(tmp_path, "name,size\nb.png,1\na.png,2\ndog\\a.png,3\n"), NAMES).columns
    np.testing.assert_array_equal(size.values, [np.nan, 1, 3, np.nan])


def test_without_a_known_name_the_first_column_names_the_files(tmp_path: Path) -> None:
    (size,) = read_metadata(written(tmp_path, "\ufeffwhich,size\ne.png,4\n"), NAMES).columns
    assert size.values[3] == 4


@pytest.mark.parametrize(
    "text", ["file,x\n", "file,x\nother.png,3\n", "file\ne.png\n", "file,x\ne.png\n", "file,\ne.png,3\n"]
)
def test_what_says_nothing_of_the_images_is_no_column(tmp_path: Path, text: str) -> None:
    assert read_metadata(written(tmp_path, text), NAMES).columns == ()


def test_too_many_different_texts_are_no_column(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(MAX_CATEGORIES + 1)]
    rows = "".join(f"{name},text {name}\n" for name in names)
    found = read_metadata(written(tmp_path, "file,note\n" + rows), names)
    assert found.columns == ()
    assert found.notes[1:] == ("'note': left out, since 51 different texts are more than 50 colours.",)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "is empty"), (b"\n , \n", "is empty"), (b"\xff\xfe\x00", "could not be read")]
)
def test_what_is_no_table_is_a_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "metadata.csv"
    path.write_bytes(content)
    with pytest.raises(ExplorerError, match=sentence):
        read_metadata(path, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "file;size\ncat/a.png;1,5\ncat/b.png;2\n",
        "file\tsize\ncat/a.png\t1.5\ncat/b.png\t2\n",
        " File , size \n cat/a.png , 1.5 \n cat/b.png , 2 \n",
        "size,FileName\n1.5,cat/a\n2,b\n",
        "n,image,size\n1,/home/me/pets/cat/a.png,1.5\n2,pets\\cat\\b.png,2\n",
        "file,size\n./cat/a.png,1.5\nfile,size\ncat/b.png,2\ncat/b.png,7\n",
    ],
)
def test_tables_are_written_in_many_ways(tmp_path: Path, text: str) -> None:
    size = read_metadata(written(tmp_path, text), NAMES).columns[-1]
    assert size.title == "size"
    np.testing.assert_array_equal(size.values, [1.5, 2, np.nan, np.nan])


def test_a_row_of_another_folder_is_not_taken_for_this_one(tmp_path: Path) -> None:
    path = written(tmp_path, "file,size\ncat/b.png,1\nbird/e.png,2\n")
    (size,) = read_metadata(path, ("cat/b.png", "fish/e.png")).columns
    np.testing.assert_array_equal(size.values, [1, np.nan])


def test_what_was_matched_and_left_out_is_said(tmp_path: Path) -> None:
    text = "file,age,age,empty\ncat/a.png,3,1,\ncat/b.png,NA,2,\nfile,age,age,empty\ncat/b.png,7,2,\nother.png,1,1,x\n"
    found = read_metadata(written(tmp_path, text), NAMES)
    assert [one.title for one in found.columns] == ["age"]
    np.testing.assert_array_equal(found.columns[0].values, [3, np.nan, np.nan, np.nan])
    assert found.notes == (
        "3 of 4 rows belong to images here, by their 'file'.",
        "Of several rows for one image the first counts (1 left out).",
        "Repeated headers left out: 1.",
        "'age': NA counts as missing.",
        "'age': left out, since a column before has the same title.",
        "'empty': left out, since no image here has a value.",
    )


def test_categories_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    (kind,) = read_metadata(written(tmp_path, "file,kind\na.png,v10\nb.png,v9\n"), ("a.png", "b.png")).columns
    assert kind.names == ("v9", "v10")


def test_only_folders_have_metadata(tmp_path: Path) -> None:
    assert metadata_path("mnist") is None
    assert metadata_path(f"folder:{tmp_path}") is None
    written(tmp_path, "file,x\n")
    assert metadata_path(f"folder:{tmp_path}") == tmp_path / "metadata.csv"
