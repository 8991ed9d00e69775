"""Which files below a folder are images, and which are left out and why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.folder_scan import (
    BROKEN,
    FORBIDDEN,
    HIDDEN,
    LEADS_OUT,
    NO_IMAGE,
    REPEATED,
    Scan,
    scan_folder,
    shown_path,
)
from tests.helpers import encoded, photo, write_folder

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")


@pytest.fixture(autouse=True)
def _own_data_root(data_root: Path) -> None:
    """Links are followed within the data root."""


def found(scan: Scan) -> list[str]:
    """The paths of the images."""
    return [image.path.as_posix() for image in scan.images]


def left_out(scan: Scan) -> dict[str, str]:
    """Each name with its reason."""
    return {each.name: each.reason for each in scan.left_out}


def test_hidden_and_tool_folders_are_left_out_and_named(tmp_path: Path) -> None:
    clutter = [".git/a.png", "__MACOSX/train/b.png", ".ipynb_checkpoints/c.png", "cat/._d.png", "@eaDir/e.png"]
    scan = scan_folder(write_folder(tmp_path / "set", ["cat/a.png", *clutter]))
    assert found(scan) == ["cat/a.png"]
    names = {".git/", "__MACOSX/", ".ipynb_checkpoints/", "cat/._d.png", "@eaDir/"}
    assert left_out(scan) == dict.fromkeys(names, HIDDEN)


def test_images_are_known_by_suffix_or_content(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", ["a.png", "b.JFIF"])
    for name, kind in (
        ("scan", "PNG"),
        ("odd.dat", "WEBP"),
        ("photo.mpo", "JPEG"),
        ("x.j2c", "JPEG2000"),
        ("y", "AVIF"),
    ):
        (folder / name).write_bytes(encoded(photo(), kind))
    (folder / "notes.txt").write_text("These are words, not pixels.")
    (folder / "short").write_bytes(b"x")
    scan = scan_folder(folder)
    assert set(found(scan)) == {"a.png", "b.JFIF", "scan", "odd.dat", "photo.mpo", "x.j2c", "y"}
    assert left_out(scan) == {"notes.txt": NO_IMAGE, "short": NO_IMAGE}


@needs_links
def test_links_within_the_folder_are_read_once(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", ["real/a.png", "real/b.png"])
    (folder / "again").symlink_to(folder / "real")
    (folder / "one.png").symlink_to(folder / "real" / "a.png")
    (folder / "real" / "loop").symlink_to(folder)
    os.link(folder / "real" / "b.png", folder / "real" / "c.png")
    scan = scan_folder(folder)
    assert found(scan) == ["real/a.png", "real/b.png"]
    assert left_out(scan) == dict.fromkeys(("again", "one.png", "real/loop", "real/c.png"), REPEATED)


@needs_links
def test_links_are_followed_within_the_data_root_and_not_out_of_it(tmp_path: Path, data_root: Path) -> None:
    write_folder(data_root / "store", ["cats/a.png", "one.png"])
    write_folder(tmp_path / "private", ["secret.png"])
    folder = data_root / "set"
    folder.mkdir()
    (folder / "cat").symlink_to(data_root / "store" / "cats")
    (folder / "b.png").symlink_to(data_root / "store" / "one.png")
    (folder / "out").symlink_to(tmp_path / "private")
    (folder / "secret.png").symlink_to(tmp_path / "private" / "secret.png")
    (folder / "gone.png").symlink_to(data_root / "gone.png")
    scan = scan_folder(folder)
    assert found(scan) == ["b.png", "cat/a.png"]
    assert left_out(scan) == {"out": LEADS_OUT, "secret.png": LEADS_OUT, "gone.png": BROKEN}


@needs_links
def test_a_folder_elsewhere_opens_nothing_beside_it(tmp_path: Path, data_root: Path) -> None:
    write_folder(data_root / "store", ["a.png"])
    folder = write_folder(tmp_path / "set", ["b.png"])
    (folder / "store").symlink_to(data_root / "store")
    assert left_out(scan_folder(folder)) == {"store": LEADS_OUT}


def test_folders_that_cannot_be_entered_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "set", ["open/a.png", "shut/b.png"])
    real = os.scandir

    def scandir(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    scan = scan_folder(folder)
    assert (found(scan), left_out(scan)) == (["open/a.png"], {"shut/": FORBIDDEN})


def test_a_folder_that_cannot_be_read_at_all_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scandir(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(ExplorerError, match="cannot be read"):
        scan_folder(tmp_path)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no such file system here")
def test_a_folder_of_pseudo_files_has_no_images() -> None:
    assert scan_folder(Path("/proc/self")).images == ()


@pytest.mark.skipif(os.name == "nt", reason="names are always text there")
def test_names_that_are_no_text_are_read_all_the_same(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "set", ["a.png"])
    (folder / os.fsdecode(b"caf\xe9.png")).write_bytes(encoded(photo()))
    (folder / os.fsdecode(b"\xff.txt")).write_text("These are words, not pixels.")
    scan = scan_folder(folder)
    assert [shown_path(image.path) for image in scan.images] == [
        "a.png",
        "caf\N{REPLACEMENT CHARACTER}.png",
    ]
    assert list(left_out(scan)) == ["\N{REPLACEMENT CHARACTER}.txt"]


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert left_out(scan_folder(tmp_path)) == {"pipe.png": NO_IMAGE}
