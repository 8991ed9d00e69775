"""Folders of images as data sets."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.datasets import image_folder as folders
from explorer.datasets.datasets import dataset_spec
from explorer.datasets.image_folder import Folder, labels_of, read_folder
from tests.helpers import encoded, photo, write_folder

NUMBERED = [f"{i:02}.png" for i in range(20)]


@pytest.fixture(autouse=True)
def _own_data_root(data_root: Path) -> None:
    folders.read_files.cache_clear()


def names(read: Folder, split: str) -> set[str]:
    """The files of a split."""
    return {path.as_posix() for path in read.files[read.part(split)]}


def test_flat_folder_is_divided_once_and_for_all(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "flat", NUMBERED)
    read = read_folder(folder, 16)
    assert read.pixels.shape == (20, 3, 16, 16)
    assert read.pixels.dtype == np.uint8
    assert len(names(read, "train")) == 18
    assert names(read, "train") | names(read, "test") == set(NUMBERED)
    folders.read_files.cache_clear()
    assert names(read_folder(folder, 16), "test") == names(read, "test")
    assert labels_of(folder, read) == ((), None)


def test_pixels_stand_beside_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "shades"
    folder.mkdir()
    for shade in range(0, 250, 10):
        Image.new("RGB", (9, 5), (shade, 0, 0)).save(folder / f"{shade:03}.png")
    read = read_folder(folder, 8)
    assert [int(path.stem) for path in read.files] == read.pixels[:, 0, 0, 0].tolist()


def test_one_folder_a_class(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pets", [f"{kind}/{i}.png" for kind in ("cat", "dog") for i in range(5)])
    read = read_folder(folder, 8)
    classes, labels = labels_of(folder, read)
    assert classes == ("cat", "dog")
    assert labels is not None
    assert [classes[label] for label in labels] == [path.parts[0] for path in read.files]


def test_train_and_test_folders_are_the_splits(tmp_path: Path) -> None:
    wanted = [f"{split}/{kind}/{i}.png" for split in ("train", "test") for kind in "ab" for i in range(3)]
    folder = write_folder(tmp_path / "split", wanted)
    read = read_folder(folder, 8)
    assert names(read, "test") == {name for name in wanted if name.startswith("test/")}
    assert labels_of(folder, read)[0] == ("a", "b")


def test_an_empty_test_folder_divides_nothing(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "half", [f"train/{i}.png" for i in range(20)])
    (folder / "test" / "empty").mkdir(parents=True)
    (folder / "test" / "empty").rmdir()
    assert len(names(read_folder(folder, 8), "test")) == 2


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "kinds", ["a.png", "b.jpg", "c.webp", "d.bmp", "e.gif", "f.tiff", "g.JPEG"])
    Image.fromarray(np.full((9, 9), 30_000, np.uint16)).save(folder / "h.png")
    photo().convert("P").save(folder / "i.png")
    photo().convert("CMYK").save(folder / "j.jpg")
    photo().convert("RGBA").save(folder / "k.png")
    read = read_folder(folder, 12)
    assert (len(read.files), read.skipped) == (11, ())


def test_grey_folders_have_one_channel(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "grey", ["a.png"])
    photo().convert("L").save(folder / "a.png")
    photo(1).convert("L").convert("RGB").save(folder / "b.png")
    assert read_folder(folder, 8).pixels.shape == (2, 1, 8, 8)


def test_unreadable_files_are_counted_and_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "mixed", ["a.png", "b.png", "c.png"])
    (folder / "empty.png").touch()
    (folder / "text.jpg").write_text("no picture")
    (folder / "cut.png").write_bytes(encoded(photo())[:300])
    (folder / "notes.txt").write_text("not looked at")
    read = read_folder(folder, 8)
    assert names(read, "train") | names(read, "test") == {"a.png", "b.png", "c.png"}
    assert len(read.pixels) == 3
    assert sorted(read.skipped) == [
        "cut.png: cut.png is damaged or cut off.",
        "empty.png: empty.png is empty (0 bytes).",
        "text.jpg: text.jpg is not an image that can be read.",
    ]


def test_a_link_that_leads_out_is_left_alone(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "inside", ["a.png", "b.png"])
    photo().save(tmp_path / "secret.png")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "own.png").symlink_to(folder / "a.png")
    assert {path.name for path in folders.image_files(folder)} == {"a.png", "b.png", "own.png"}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "holds no images. Put PNG"),
        (["a.png"], "has 1 readable image. At least 2 are needed"),
    ],
)
def test_too_few_images(tmp_path: Path, files: list[str], sentence: str) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    with pytest.raises(ExplorerError) as caught:
        read_folder(write_folder(folder, files), 8)
    assert sentence in str(caught.value)


def test_no_readable_image(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(ExplorerError, match=r"has 0 readable images and 2 that could not be read\. At least 2"):
        read_folder(tmp_path, 8)


@pytest.mark.parametrize("path", ["missing", "file.png", "x" * 300, "nul\0byte", "~nobody-here/pictures"])
def test_what_is_no_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "file.png").touch()
    name = path if path.startswith("~") else str(tmp_path / path)
    spec = dataset_spec(f"folder:{name}")
    assert not spec.present()
    with pytest.raises(ExplorerError, match="There is no folder"):
        spec.load("train", None)


def test_two_images_are_one_for_each_split(tmp_path: Path) -> None:
    read = read_folder(write_folder(tmp_path / "two", ["a.png", "b.png"]), 8)
    assert (read.n_train, len(read.files)) == (1, 2)


def test_a_split_without_a_readable_image_gets_one(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "broken", ["train/a.png", "train/b.png", "test/c.png"])
    (folder / "test" / "c.png").write_text("no picture")
    read = read_folder(folder, 8)
    assert (read.n_train, len(read.files)) == (1, 2)


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "flat", ["a.png", "b.png"])
    before = read_folder(folder, 8).pixels.copy()
    photo(9).save(folder / "a.png")
    os.utime(folder / "a.png", ns=(1, 1))
    assert not np.array_equal(read_folder(folder, 8).pixels, before)


def test_one_reading_serves_both_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = dataset_spec(f"folder:{write_folder(tmp_path / 'flat', NUMBERED)}")
    train = spec.load("train", 8)
    monkeypatch.setattr(folders, "decode_all", lambda *_: pytest.fail("read twice"))
    test = spec.load("test", 8)
    assert train.names is not None
    assert test.names is not None
    assert set(train.names).isdisjoint(test.names)
    assert len(train) + len(test) == 20


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder over the memory limit, one of its files unreadable."""
    monkeypatch.setattr(folders, "MEMORY_LIMIT", 1000)
    folder = write_folder(tmp_path / "large", NUMBERED)
    (folder / "05.png").write_text("no picture")
    return folder


def test_large_folders_live_in_a_file(large: Path, data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_folder(large, 8)
    assert isinstance(first.pixels, np.memmap)
    assert sorted(path.suffix for path in (data_root / "cache").iterdir()) == [".json", ".npy"]
    folders.read_files.cache_clear()
    monkeypatch.setattr(folders, "open_image", lambda _: pytest.fail("decoded again"))
    second = read_folder(large, 8)
    assert isinstance(second.pixels, np.memmap)
    assert second.pixels.shape == (19, 3, 8, 8)
    assert (second.pixels == first.pixels).all()
    assert (second.files, second.n_train, second.skipped) == (first.files, first.n_train, first.skipped)


def test_the_file_holds_what_memory_would(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_file = read_folder(large, 8)
    folders.read_files.cache_clear()
    monkeypatch.setattr(folders, "MEMORY_LIMIT", 2**30)
    in_memory = read_folder(large, 8)
    assert not isinstance(in_memory.pixels, np.memmap)
    assert (in_file.pixels == in_memory.pixels).all()
    assert in_file.files == in_memory.files


@pytest.mark.parametrize("suffix", [".npy", ".json"])
def test_a_damaged_cache_is_made_again(large: Path, data_root: Path, suffix: str) -> None:
    before = read_folder(large, 8).pixels.copy()
    folders.read_files.cache_clear()
    (cached,) = (data_root / "cache").glob(f"*{suffix}")
    cached.write_bytes(cached.read_bytes()[:40])
    assert (read_folder(large, 8).pixels == before).all()


def test_a_cache_that_cannot_be_written_gets_a_sentence(large: Path, data_root: Path) -> None:
    data_root.parent.mkdir(exist_ok=True)
    data_root.mkdir()
    (data_root / "cache").write_text("in the way")
    with pytest.raises(ExplorerError, match=r"Could not write in .*cache"):
        read_folder(large, 8)
