"""A zip unpacked below a folder: good files arrive whole, others are refused, and nothing is written beside."""

from __future__ import annotations

import errno
import random
import stat
import zipfile
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.images.archives import unpacking
from explorer.images.archives.unpacking import unpack_zip
from explorer.images.archives.zip_archive import ZipLimits
from tests.helpers import zipped

TAKES_ZIPS = ZipLimits(archives=True)


def unpacked(content: bytes, place: Path, limits: ZipLimits = TAKES_ZIPS) -> tuple[dict[str, bytes], dict[str, str]]:
    """The files below ``place/in``, and the refused ones with their reasons; nothing else may lie in ``place``."""
    source, folder = place / "source.zip", place / "in"
    source.write_bytes(content)
    folder.mkdir()
    refused = unpack_zip(source, "mine.zip", folder, limits, lambda done, total: None)
    assert sorted(path.name for path in place.iterdir()) == ["in", "source.zip"]
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}, dict(refused)


def test_files_come_out_as_they_went_in(tmp_path: Path) -> None:
    files = {"a/1.png": b"one", "a/b/2.png": random.Random(0).randbytes(3 * 2**20), "3.txt": b""}
    assert unpacked(zipped({**files, "__MACOSX/a/._1.png": b"x"}), tmp_path) == (files, {})


@pytest.mark.parametrize(
    "name", ["../a.png", "/etc/a.png", "C:/a.png", "a/../../b.png", "a\\..\\..\\b.png", "//server/share/a.png"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    files, refused = unpacked(zipped({name: b"x", "good.png": b"y"}), tmp_path)
    assert files == {"good.png": b"y"}
    assert list(refused.values()) == ["a name that leads to another folder"]


@pytest.mark.parametrize("name", ["a" * 201 + ".png", "a\n.png", "x/a:b.png", "con|.png", "/".join("d" * 17)])
def test_unusual_names_are_refused(tmp_path: Path, name: str) -> None:
    files, refused = unpacked(zipped({name: b"x", "good.png": b"y"}), tmp_path)
    assert files == {"good.png": b"y"}
    assert list(refused.values()) == ["an unusual name"]


def test_a_name_that_is_there_twice_keeps_the_first(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("a.png", b"1"), ("a.png", b"2"), ("a.png/b.png", b"3")])
    files, refused = unpacked(content, tmp_path)
    assert files == {"a.png": b"1"}
    assert refused == {"a.png": "there twice", "a.png/b.png": "there twice"}


def test_a_link_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    files, refused = unpacked(zipped([(link, b"/etc/passwd")]), tmp_path)
    assert files == {}
    assert refused == {"link.png": "a link"}


def test_what_unpacks_to_too_much_leaves_nothing(tmp_path: Path) -> None:
    limits = ZipLimits(file_bytes=2000, total_bytes=2500)
    files, refused = unpacked(zipped({"a": b"1" * 1500, "b": b"2" * 1500, "c": b"3" * 2500}), tmp_path, limits)
    assert set(files) == {"a"}
    assert set(refused) == {"b", "c"}


def test_a_damaged_file_leaves_nothing(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.bin": bytes(range(256)) * 8192}, zipfile.ZIP_STORED))
    content[2**20 + 2**19] ^= 0xFF
    files, refused = unpacked(bytes(content), tmp_path)
    assert files == {}
    assert refused == {"a.bin": "damaged in the archive"}


def test_a_full_disk_ends_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpacking, "write_new", full)
    with pytest.raises(ExplorerError, match="No space left on device"):
        unpacked(zipped({"a.png": b"x"}), tmp_path)


def test_progress_ends_at_the_sum(tmp_path: Path) -> None:
    source = tmp_path / "source.zip"
    source.write_bytes(zipped({"a": b"1" * 5000, "b": b"2" * 700}))
    seen: list[tuple[int, int]] = []
    unpack_zip(source, "mine.zip", tmp_path, TAKES_ZIPS, lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1] > 0
