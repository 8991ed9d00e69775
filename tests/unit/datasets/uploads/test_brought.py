"""What visitors bring becomes a data set that is trained on like others; what is refused leaves nothing behind."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import dataset_spec
from explorer.datasets.uploads import brought
from explorer.datasets.uploads.brought import bring, stored_name
from explorer.datasets.uploads.description import (
    delete_upload,
    find_upload,
    read_samples,
    suggested_name,
    uploaded_sets,
)
from tests.helpers import encoded, photo, zipped

CLASSES = ("cat", "dog", "owl")


def photographs(n_each: int = 4) -> dict[str, bytes]:
    """Photographs by their paths, in the folders of three classes."""
    names = [f"pets/{name}/{i}.png" for name in CLASSES for i in range(n_each)]
    return {name: encoded(photo(seed, size=(24, 24))) for seed, name in enumerate(names)}


def npz(**arrays: object) -> bytes:
    """The content of an ``.npz``."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def images_npz(n: int = 12) -> bytes:
    """An ``.npz`` of images with labels."""
    pixels = np.random.default_rng(0).integers(0, 256, (n, 16, 16), np.uint8)
    return npz(images=pixels, labels=np.arange(n) % 3)


def table(n: int) -> bytes:
    """A CSV file of images of 8 x 8 pixels with labels."""
    header = ",".join(["label", *(f"p{i}" for i in range(64))])
    rows = (",".join(map(str, [i % 2, *np.random.default_rng(i).integers(0, 256, 64)])) for i in range(n))
    return "\n".join([header, *rows]).encode()


def files(contents: dict[str, bytes]) -> list[tuple[str, BinaryIO]]:
    """Files as a page gives them."""
    return [(name, io.BytesIO(content)) for name, content in contents.items()]


def mine() -> list[tuple[str, BinaryIO]]:
    """One file of a good data set."""
    return files({"a.npz": images_npz()})


def below(root: Path) -> list[str]:
    """All that lies below a folder."""
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*")) if root.exists() else []


def assert_nothing_left(data_root: Path) -> None:
    """No file of a set that was refused, and no set."""
    assert below(data_root / "uploads") == []
    assert uploaded_sets() == []


def test_a_zip_of_classes(data_root: Path) -> None:
    content = zipped(
        {**photographs(), "pets/notes.txt": b"hello", "pets/dog/cut.png": b"\x89PNG\r\n\x1a\n", "../x.png": b"x"}
    )
    seen: list[float] = []
    made = bring(files({"pets.zip": content}), "pets", seen.append)
    assert made.dataset == f"folder:{data_root}/uploads/pets"
    assert made.classes == CLASSES
    assert made.report.train + made.report.test == 12
    assert {group.reason for group in made.report.left_out} >= {"a name that leads to another folder", "not an image"}
    assert made.report.n_skipped == 1
    samples, labels = read_samples("pets")
    assert samples.shape[1:] == (3, 24, 24)
    assert labels is not None
    assert labels[:3].tolist() == [0, 1, 2], "of each class in turn"
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert not (data_root / "x.png").exists()
    images = dataset_spec(made.dataset).load("train", None)
    assert images.classes == CLASSES
    assert find_upload("pets") == made


@pytest.mark.parametrize(
    ("contents", "dataset"),
    [
        ({"some.npz": images_npz()}, "arrays:{}/some.npz"),
        ({"some.zip": zipped({"a/some.npz": images_npz()})}, "arrays:{}/a/some.npz"),
        ({f"{i}.png": encoded(photo(i)) for i in range(4)}, "folder:{}"),
        ({"some.csv": table(9)}, "arrays:{}/some.csv"),
    ],
    ids=["npz", "npz in a zip", "images", "csv"],
)
def test_forms(data_root: Path, contents: dict[str, bytes], dataset: str) -> None:
    made = bring(files(contents), "mine")
    assert made.dataset == dataset.format(data_root / "uploads" / "mine")
    assert len(dataset_spec(made.dataset).load("test", None)) > 0
    delete_upload("mine")
    assert_nothing_left(data_root)


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({}, "There is no file"),
        ({"a.zip": zipped(photographs(1)), "b.png": encoded(photo())}, "a zip beside other files"),
        ({"a.exe": b"MZ"}, "a.exe is no file of images that can be read"),
        ({"a.zip": zipped({**photographs(1), "some.npz": images_npz()})}, "images, and arrays too: some.npz"),
        ({"a.zip": zipped({"one.npz": images_npz(), "other.parquet": b"PAR1"})}, "There are several sets of arrays"),
        ({"a.zip": b"PK\x03\x04 and no more"}, "a.zip is no zip, or damaged or cut off"),
        ({"a.zip": zipped({"a.txt": b"text"})}, "holds no images"),
        ({"a.zip": zipped({"a.png": encoded(photo())})}, "has 1 readable image"),
        ({"a.npz": npz(images=np.array([{}, {}], object))}, "object"),
        ({"a.npz": b""}, r"empty \(0 bytes\)"),
        ({"a.npz": images_npz()[:500]}, "a.npz"),
    ],
)  # fmt: skip
def test_what_is_no_data_set_is_refused(data_root: Path, contents: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence) as caught:
        bring(files(contents), "mine")
    assert str(data_root) not in str(caught.value), "a path of the server"
    assert_nothing_left(data_root)


def test_more_than_the_limit_is_refused(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brought, "MOST_MB", 1)
    with pytest.raises(ExplorerError, match=r"That is 2 MB\. At most 1 MB are taken"):
        bring(files({"a.npz": bytes(2 * 2**20)}), "mine")
    assert_nothing_left(data_root)


def test_a_full_disk_is_refused_before_anything_is_written(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brought, "SPARE_BYTES", 2**60)
    with pytest.raises(ExplorerError, match="The disk has no room"):
        bring(mine(), "mine")
    assert_nothing_left(data_root)


def test_a_page_that_is_closed_midway_leaves_nothing(data_root: Path) -> None:
    class ClosedError(BaseException):
        """As Streamlit ends a script."""

    def closed(share: float) -> None:
        if share > 0.5:
            raise ClosedError

    with pytest.raises(ClosedError):
        bring(files({"pets.zip": zipped(photographs())}), "pets", closed)
    assert_nothing_left(data_root)
    assert bring(files({"pets.zip": zipped(photographs())}), "pets").name == "pets", "the place is free again"


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "9", "a" * 65, "con text", "a\n"])
def test_odd_names_are_refused(data_root: Path, name: str) -> None:
    with pytest.raises(ExplorerError, match="cannot be a data set's name"):
        bring(mine(), name)
    assert_nothing_left(data_root)


def test_a_name_is_given_once(data_root: Path) -> None:
    bring(mine(), "mine")
    before = below(data_root)
    with pytest.raises(ExplorerError, match="already a data set 'mine'"):
        bring(mine(), "mine")
    assert below(data_root) == before
    assert suggested_name("mine.npz") == "mine-2"


def test_two_are_brought_at_once_and_no_third(data_root: Path) -> None:
    def third(share: float) -> None:
        with pytest.raises(ExplorerError, match="Two data sets are being read already"):
            bring(mine(), "third")

    def second(share: float) -> None:
        with pytest.raises(ExplorerError, match="already a data set 'first'"):
            bring(mine(), "first")
        bring(mine(), "second", third)

    bring(mine(), "first", second)
    assert {upload.name for upload in uploaded_sets()} == {"first", "second"}


def test_what_a_killed_process_left_is_neither_offered_nor_kept(data_root: Path) -> None:
    left = data_root / "uploads" / "left"
    left.mkdir(parents=True)
    (left / "a.png").write_bytes(encoded(photo()))
    assert uploaded_sets() == []
    bring(mine(), "one")
    assert left.exists(), "another process may be at work on it"
    long_ago = time.time() - 2 * brought.ABANDONED_S
    os.utime(left, (long_ago, long_ago))
    bring(mine(), "two")
    assert not left.exists()


def test_a_damaged_description_is_left_out_of_the_list(data_root: Path) -> None:
    bring(mine(), "mine")
    (data_root / "uploads" / "mine.json").write_text("{")
    assert uploaded_sets() == []
    with pytest.raises(ExplorerError, match="damaged"):
        find_upload("mine")
    delete_upload("mine")
    assert_nothing_left(data_root)


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("a.png", "a.png"),
        ("../../a.png", "a.png"),
        ("C:\\x\\b.npz", "b.npz"),
        ("q?w=1.npz", "q_w_1.npz"),
        ("..", "file"),
    ],
)
def test_names_of_files_as_they_are_stored(name: str, stored: str) -> None:
    assert stored_name(name) == stored


@pytest.mark.parametrize(
    ("file", "name"),
    [("My pets (2).zip", "My-pets-2"), ("2024.zip", "images"), ("../../etc.npz", "etc"), ("", "images")],
)
def test_suggested_names(data_root: Path, file: str, name: str) -> None:
    assert suggested_name(file) == name
