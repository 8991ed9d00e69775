"""Folders of images as data sets: what is in the arrays, beside what is found in the folder."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.datasets import folder_pixels
from explorer.datasets import image_folder as folders
from explorer.datasets.datasets import dataset_spec
from explorer.datasets.folder_report import NotTaken, report_sentences
from explorer.datasets.image_folder import Folder, read_folder
from tests.helpers import encoded, photo, write_folder

NUMBERED = [f"{i:02}.png" for i in range(20)]


@pytest.fixture(autouse=True)
def _own_data_root(data_root: Path) -> None:
    folders.read_layout.cache_clear()


def names(read: Folder, split: str) -> set[str]:
    """The files of a split."""
    return set(read.names[read.part(split)])


def classes_in(read: Folder) -> list[str]:
    """The class of each image."""
    assert read.labels is not None
    return [read.classes[label] for label in read.labels]


def test_flat_folder_is_divided_once_and_for_all(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "flat", NUMBERED)
    read = read_folder(folder, 16)
    assert read.pixels.shape == (20, 3, 16, 16)
    assert read.pixels.dtype == np.uint8
    assert names(read, "train") | names(read, "test") == set(NUMBERED)
    assert 1 <= len(names(read, "test")) <= 6
    assert (read.classes, read.labels) == ((), None)
    photo(99).save(folder / "000.png")
    more = read_folder(folder, 16)
    assert names(read, "train") <= names(more, "train")
    assert names(read, "test") <= names(more, "test")


def test_pixels_stand_beside_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "shades"
    for kind in "ab":
        (folder / kind).mkdir(parents=True)
    for shade in range(0, 250, 10):
        Image.new("RGB", (9, 5), (shade, 0, 0)).save(folder / "ab"[shade % 20 // 10] / f"{shade:03}.png")
    read = read_folder(folder, 8)
    assert [int(Path(name).stem) for name in read.names] == read.pixels[:, 0, 0, 0].tolist()
    assert classes_in(read) == [name[0] for name in read.names]


def test_one_folder_a_class(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "pets", [f"{kind}/{i}.png" for kind in ("cat", "dog") for i in range(5)])
    read = read_folder(folder, 8)
    assert read.classes == ("cat", "dog")
    assert classes_in(read) == [Path(name).parts[0] for name in read.names]
    assert read.report.classes == {"cat": 5, "dog": 5}
    assert {Path(name).parts[0] for name in names(read, "test")} == {"cat", "dog"}


def test_own_splits_are_kept_and_previews_show_all_classes(tmp_path: Path) -> None:
    wanted = [f"{split}/{kind}/{i}.png" for split in ("train", "test") for kind in "ab" for i in range(3)]
    folder = write_folder(tmp_path / "split", [*wanted, ".git/x.png", "__MACOSX/train/y.png"])
    read = read_folder(folder, 8)
    assert names(read, "test") == {name for name in wanted if name.startswith("test/")}
    assert read.classes == ("a", "b")
    assert classes_in(read)[:4] == ["a", "b", "a", "b"]
    assert read.report.splits == "train/ to train on, test/ to test"
    assert read.report.left_out == (NotTaken("hidden or made by a tool", 2, (".git/", "__MACOSX/")),)


def test_an_empty_test_folder_divides_nothing(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "half", [f"train/{i}.png" for i in range(20)])
    (folder / "test").mkdir()
    read = read_folder(folder, 8)
    assert read.report.splits == folders.DRAWN
    assert 1 <= read.report.test <= 6


def test_copies_in_older_reports_are_said_unless_duplicates_are(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "split", ["train/a.png", "train/b.png", "test/c.png"])
    older = replace(read_folder(folder, 8).report, copies=1)
    said = "1 test image also among the training images, byte for byte."
    assert said in report_sentences(older)
    assert said not in report_sentences(older, "No duplicates.")
    assert "No duplicates." in report_sentences(older, "No duplicates.")


def test_every_kind_of_file_is_read(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "kinds", ["a.png", "b.jpg", "c.webp", "d.bmp", "e.gif", "f.tiff", "g.JPEG", "o.avif"]
    )
    Image.fromarray(np.full((9, 9), 30_000, np.uint16)).save(folder / "h.png")
    photo().convert("P").save(folder / "i.png")
    photo().convert("CMYK").save(folder / "j.jpg")
    photo().convert("RGBA").save(folder / "k.png")
    photo().save(folder / "l.jp2")
    photo().save(folder / "m.tga")
    (folder / "n").write_bytes(encoded(photo(), "MPO"))
    read = read_folder(folder, 12)
    assert (len(read.names), read.report.skipped) == (15, ())


def test_grey_folders_have_one_channel(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "grey", ["a.png"])
    photo().convert("L").save(folder / "a.png")
    photo(1).convert("L").convert("RGB").save(folder / "b.png")
    assert read_folder(folder, 8).pixels.shape == (2, 1, 8, 8)


@pytest.mark.parametrize(
    ("size", "side"), [((28, 28), 28), ((64, 64), 64), ((65, 65), 32), ((28, 30), 32), ((200, 100), 32)]
)
def test_the_side_is_the_images_own_where_it_can_be(tmp_path: Path, size: tuple[int, int], side: int) -> None:
    for i in range(3):
        Image.new("L", size, 80 * i).save(tmp_path / f"{i}.png")
    assert dataset_spec(f"folder:{tmp_path}").side == side
    read = read_folder(tmp_path)
    assert (read.pixels.shape[-1], read.report.side, read.report.smallest) == (side, side, size)


def test_deep_images_keep_their_brightness_to_each_other(tmp_path: Path) -> None:
    for i, value in enumerate((0, 1000, 4000)):
        Image.fromarray(np.full((9, 9), value, np.uint16)).save(tmp_path / f"{i}.png")
    read = read_folder(tmp_path, 8)
    assert sorted(read.pixels[:, 0, 0, 0].tolist()) == [0, 64, 255]
    assert read.report.tones.integers == (0.0, 4000.0)
    assert "Whole numbers from 0 to 4000 were taken as black to white." in report_sentences(read.report)


def test_masks_are_not_black(tmp_path: Path) -> None:
    for i, value in enumerate((0, 1, 2)):
        Image.fromarray(np.full((9, 9), value, np.uint8)).save(tmp_path / f"{i}.png")
    read = read_folder(tmp_path, 8)
    assert sorted(read.pixels[:, 0, 0, 0].tolist()) == [0, 128, 255]
    assert read.report.tones.white == 2


def test_black_images_stay_black(tmp_path: Path) -> None:
    for i in range(2):
        Image.new("L", (9, 9 + i)).save(tmp_path / f"{i}.png")
    read = read_folder(tmp_path, 8)
    assert (int(read.pixels.max()), read.report.tones.white) == (0, 255)


def test_unreadable_files_are_counted_and_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "mixed", ["a.png", "b.png", "sub/c.png"])
    (folder / "empty.png").touch()
    (folder / "text.jpg").write_text("no picture")
    (folder / "sub" / "cut.png").write_bytes(encoded(photo())[:300])
    (folder / "notes.txt").write_text("words and not pixels")
    read = read_folder(folder, 8)
    assert names(read, "train") | names(read, "test") == {"a.png", "b.png", "sub/c.png"}
    assert len(read.pixels) == 3
    assert set(read.report.skipped) == {
        NotTaken("damaged or cut off", 1, ("sub/cut.png",)),
        NotTaken("empty (0 bytes)", 1, ("empty.png",)),
        NotTaken("not an image that can be read", 1, ("text.jpg",)),
    }
    assert read.report.left_out == (NotTaken("not an image", 1, ("notes.txt",)),)
    assert read.report.n_skipped == 3


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], r"holds no images\. Put PNG"),
        ([".hidden.png"], r"holds no images: \.hidden\.png \(hidden or made by a tool\)\. Put PNG"),
        (["a.png"], r"has 1 readable image\. At least 2 are needed"),
    ],
)
def test_too_few_images(tmp_path: Path, files: list[str], sentence: str) -> None:
    folder = tmp_path / "few"
    folder.mkdir()
    with pytest.raises(ExplorerError, match=sentence):
        read_folder(write_folder(folder, files), 8)


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
    assert (read.report.train, read.report.test) == (1, 1)


@pytest.mark.parametrize("content", [b"no picture", encoded(photo())[:300]])
def test_a_split_without_a_readable_image_is_drawn_anew(tmp_path: Path, content: bytes) -> None:
    folder = write_folder(tmp_path / "broken", ["train/a.png", "train/b.png", "test/c.png"])
    (folder / "test" / "c.png").write_bytes(content)
    read = read_folder(folder, 8)
    assert (read.report.train, read.report.test) == (1, 1)
    assert "since one of its splits has no readable image" in read.report.splits


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "flat", ["a.png", "b.png"])
    before = read_folder(folder, 8).pixels.copy()
    photo(9).save(folder / "a.png")
    os.utime(folder / "a.png", ns=(1, 1))
    assert not np.array_equal(read_folder(folder, 8).pixels, before)


def test_a_split_that_comes_is_noticed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", ["train/a.png", "train/b.png"])
    assert read_folder(folder, 8).report.splits == folders.DRAWN
    write_folder(folder, ["test/c.png"])
    assert names(read_folder(folder, 8), "test") == {"test/c.png"}


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
    folders.read_layout.cache_clear()
    monkeypatch.setattr(folder_pixels, "open_image", lambda *_args, **_more: pytest.fail("decoded again"))
    second = read_folder(large, 8)
    assert isinstance(second.pixels, np.memmap)
    assert second.pixels.shape == (19, 3, 8, 8)
    assert (second.pixels == first.pixels).all()
    assert (second.names, second.report) == (first.names, first.report)
    assert first.report.n_skipped == 1


def test_the_file_holds_what_memory_would(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_file = read_folder(large, 8)
    folders.read_layout.cache_clear()
    monkeypatch.setattr(folders, "MEMORY_LIMIT", 2**30)
    in_memory = read_folder(large, 8)
    assert not isinstance(in_memory.pixels, np.memmap)
    assert (in_file.pixels == in_memory.pixels).all()
    assert in_file.names == in_memory.names


@pytest.mark.parametrize("suffix", [".npy", ".json"])
def test_a_damaged_cache_is_made_again(large: Path, data_root: Path, suffix: str) -> None:
    before = read_folder(large, 8).pixels.copy()
    folders.read_layout.cache_clear()
    (cached,) = (data_root / "cache").glob(f"*{suffix}")
    cached.write_bytes(cached.read_bytes()[:40])
    assert (read_folder(large, 8).pixels == before).all()


def test_a_cache_that_cannot_be_written_gets_a_sentence(large: Path, data_root: Path) -> None:
    data_root.parent.mkdir(exist_ok=True)
    data_root.mkdir()
    (data_root / "cache").write_text("in the way")
    with pytest.raises(ExplorerError, match=r"Could not write in .*cache"):
        read_folder(large, 8)


def read_before(folder: Path) -> Folder:
    """The folder as the first version read it."""
    return read_folder(folder, 8, reading=1)


def test_runs_of_earlier_versions_find_their_images(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "flat", NUMBERED)
    Image.fromarray(np.full((9, 9), 30_000, np.uint16)).save(folder / "deep.png")
    photo().convert("RGBA").save(folder / "clear.png")
    before = read_before(folder)
    order = np.random.default_rng(0).permutation(22)
    ordered = sorted([*NUMBERED, "deep.png", "clear.png"])
    assert names(before, "test") == {ordered[i] for i in order[:2]}
    assert list(before.names[:20]) == sorted(before.names[:20])
    assert before.pixels[before.names.index("deep.png"), 0, 0, 0] == round(30_000 / 65535 * 255)


def test_the_splits_of_earlier_versions_were_two_folders(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "split", ["train/a/1.png", "train/b/2.png", "test/a/3.png"])
    before = read_before(folder)
    assert (names(before, "test"), before.classes) == ({"test/a/3.png"}, ("a", "b"))
    write_folder(folder, ["val/a/4.png"])
    assert read_before(folder).classes == ("test", "train", "val")
