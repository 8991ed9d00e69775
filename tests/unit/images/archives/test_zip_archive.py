"""A zip of images is read as hostile input: every way to mislead its reader ends in a sentence."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError, Refusal
from explorer.images.archives.zip_archive import OF_IMAGES, ZipEntry, ZipLimits, is_zip, open_zip, shown_name
from explorer.images.image_io import MAX_BYTES, open_image
from tests.helpers import encoded, photo, zipped


def read(content: bytes, limits: ZipLimits = OF_IMAGES) -> list[ZipEntry]:
    """All entries of a zip."""
    with open_zip(content, "mine.zip", limits) as archive:
        entries = list(archive)
        assert len(entries) == len(archive)
    return entries


def reason(entry: ZipEntry) -> str:
    """Why an entry was refused."""
    _, error = entry
    assert isinstance(error, Refusal), "went through"
    return str(error)


def names(entries: Sequence[ZipEntry]) -> list[str]:
    """The names alone."""
    return [name for name, _ in entries]


def test_images_come_out_as_they_went_in(tmp_path: Path) -> None:
    files = {"one.png": encoded(photo(1)), "birds/two.jpg": encoded(photo(2), "JPEG")}
    assert dict(read(zipped(files))) == files
    path = tmp_path / "mine.zip"
    path.write_bytes(zipped(files))
    with open_zip(path) as archive:
        assert dict(archive) == files
        assert dict(archive) == files, "a second time too"


def test_folders_and_clutter_are_skipped() -> None:
    files = {"a/": b"", "a/1.png": b"x", "__MACOSX/a/._1.png": b"x", "a/.DS_Store": b"x", "a/Thumbs.db": b"x"}
    assert names(read(zipped(files))) == ["a/1.png"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("birds/1.png", "birds/1.png"),
        ("../../etc/1.png", "1.png"),
        ("/etc/1.png", "1.png"),
        ("C:\\windows\\1.png", "1.png"),
        ("..\\1.png", "1.png"),
        ("two\nlines.png", "two\N{REPLACEMENT CHARACTER}lines.png"),
        ("\N{BIRD}.png", "\N{BIRD}.png"),
        ("..", ".."),
        ("", "(no name)"),
    ],
)
def test_names_are_shown_and_never_followed(path: str, shown: str) -> None:
    assert shown_name(path) == shown


def test_a_long_name_loses_its_middle_and_keeps_its_ending() -> None:
    shown = shown_name("x" * 300 + ".png")
    assert len(shown) == 80
    assert shown.endswith(".png")


def test_equal_names_are_told_apart() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("1.png", b"a"), ("1.png", b"b"), ("../1.png", b"c")])
    assert read(content) == [("1.png", b"a"), ("1.png (2)", b"b"), ("1.png (3)", b"c")]


def test_a_refused_entry_does_not_stop_the_others() -> None:
    good = encoded(photo())
    entries = read(zipped({"nested.png": zipped({"1.png": good}), "good.png": good}))
    assert "nested.png is an archive in an archive." in reason(entries[0])
    assert entries[1] == ("good.png", good)
    assert open_image(good).size == (40, 30)


def test_links_and_devices_are_refused() -> None:
    entries = []
    for kind in (stat.S_IFLNK, stat.S_IFCHR):
        entry = zipfile.ZipInfo("1.png")
        entry.create_system, entry.external_attr = 3, (kind | 0o644) << 16
        entries += read(zipped([(entry, b"/etc/passwd")]))
    assert [reason(entry).split(".png is ")[1][:6] for entry in entries] == ["a link", "no pla"]


def test_encrypted_and_unusually_packed_entries_are_refused() -> None:
    assert "is encrypted" in reason(read(patched(zipped({"1.png": b"x"}), flag=1))[0])
    assert "unusual way" in reason(read(zipped({"1.png": b"x" * 99}, zipfile.ZIP_LZMA))[0])
    assert "unusual way" in reason(read(zipped({"1.png": b"x" * 99}, zipfile.ZIP_BZIP2))[0])
    assert "unusual way" in reason(read(patched(zipped({"1.png": b"x"}), method=6))[0])


def test_bombs_are_refused_before_they_are_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    steep, large = zipped({"1.bmp": bytes(2 * 2**20)}), zipped({"1.bmp": bytes(MAX_BYTES + 1)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("was unpacked"))
    assert "200 times its size" in reason(read(steep)[0])
    assert "1.bmp is too large. At most 32 MB" in reason(read(large)[0])


def test_a_small_flat_picture_is_no_bomb() -> None:
    flat = bytes(2**20)
    assert read(zipped({"1.bmp": flat})) == [("1.bmp", flat)]


@pytest.mark.parametrize("claimed", [1, 1000])
def test_a_size_that_is_too_small_is_noticed(claimed: int) -> None:
    content = patched(zipped({"1.png": bytes(range(256)) * 16}), size=claimed)
    assert "is damaged in the archive" in reason(read(content)[0])


def test_the_total_is_counted_in_true_bytes() -> None:
    files = {f"{i}.png": bytes(100) for i in range(4)} | {"small.png": b"x"}
    entries = read(zipped(files), ZipLimits(total_bytes=250))
    assert [isinstance(content, bytes) for _, content in entries] == [True, True, False, False, True]
    assert "2.png is left out" in reason(entries[2])


def test_other_limits_take_larger_files_and_archives() -> None:
    inner, noise = zipped({"a.txt": b"a"}), np.random.default_rng(0).bytes(MAX_BYTES + 1)
    files = {"model.pt": inner, "large.bin": noise}
    assert dict(read(zipped(files), ZipLimits(2 * MAX_BYTES, archives=True))) == files
    assert "large.bin is too large. At most 1 MB" in reason(read(zipped({"large.bin": noise}), ZipLimits(2**20))[0])


def test_too_many_entries_are_refused() -> None:
    files = {f"{i}.png": b"" for i in range(6)}
    with pytest.raises(ExplorerError, match=r"mine\.zip holds too many files\. At most 5 are taken"):
        read(zipped(files), ZipLimits(entries=5))


def test_an_endless_directory_is_not_read() -> None:
    with pytest.raises(ExplorerError, match="too many files"):
        read(zipped({f"{i:0100}.png": b"" for i in range(2000)}), ZipLimits(directory_bytes=2**17))


def test_entries_that_share_their_bytes_are_refused() -> None:
    with pytest.raises(ExplorerError, match="claims to hold more than it has"):
        read(patched(zipped({"1.png": b"x"}), packed=10**6))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n" * 9, zipped({"1.png": bytes(99)})[:-9]])
def test_what_is_no_whole_zip_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(ExplorerError, match=r"mine\.zip is no zip, or damaged"):
        read(content)


@pytest.mark.parametrize("files", [{}, {"a/": b"", ".DS_Store": b""}])
def test_an_empty_zip_gets_a_sentence(files: dict[str, bytes]) -> None:
    with pytest.raises(ExplorerError, match=r"mine\.zip holds no files"):
        read(zipped(files))


def test_a_gone_zip_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ExplorerError, match=r"gone\.zip could not be read"), open_zip(tmp_path / "gone.zip"):
        pass


def test_altered_bytes_never_raise_anything_else() -> None:
    import numpy as np

    rng = np.random.default_rng(0)
    whole = np.frombuffer(zipped({"1.png": encoded(photo()), "2.png": encoded(photo(1))}), np.uint8)
    n_refused = 0
    for _ in range(300):
        content = whole.copy()
        at = np.r_[rng.integers(0, 60, 2), rng.integers(len(whole) - 160, len(whole), 2)]
        content[at] = rng.integers(0, 256, 4)
        try:
            n_refused += any(isinstance(what, Refusal) for _, what in read(content.tobytes()))
        except ExplorerError:
            n_refused += 1
    assert n_refused > 100


def test_a_zip_is_known_by_its_bytes() -> None:
    assert is_zip(zipped({}))
    assert is_zip(zipped({"1.png": b""}))
    assert not is_zip(encoded(photo()))


def patched(
    content: bytes, flag: int = 0, method: int | None = None, size: int | None = None, packed: int | None = None
) -> bytes:
    """A zip of one entry whose directory and local header claim something else."""
    altered = io.BytesIO(content)
    for signature, start in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature) + start
        now = list(struct.unpack_from("<HHHHIII", content, at))
        now[0] |= flag
        now[1] = now[1] if method is None else method
        now[5] = now[5] if packed is None else packed
        now[6] = now[6] if size is None else size
        altered.seek(at)
        altered.write(struct.pack("<HHHHIII", *now))
    return altered.getvalue()
