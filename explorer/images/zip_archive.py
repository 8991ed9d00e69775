"""A zip of images, read as hostile input: nothing is written to disk, no size that it declares is believed.

Only one entry is in memory at a time. What an entry's bytes are is for ``explorer.images.image_io`` to find out.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from explorer.base import ExplorerError
from explorer.images.colour_modes import DAMAGES
from explorer.images.image_io import MAX_BYTES, readable_name, size_of

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 2**30  # of all entries, unpacked
MAX_DIRECTORY_BYTES = 4 * 2**20  # an archive's list of entries, of which all is held in memory
MAX_RATIO = 200  # unpacked to packed; photographs reach 1, flat drawings as BMP some 50, deflate's most is 1032
SMALL_BYTES = 2**20  # whatever its ratio, so little is no bomb
PIECE_BYTES = 2**20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others unpack without a bound on memory
ENCRYPTED = 0x1  # bit of an entry's flags
UNIX = 3
CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")  # that file managers leave behind
BEGINNINGS = (b"PK\x03\x04", b"PK\x05\x06")  # of an archive with entries, of one without
BROKEN = (*DAMAGES, zipfile.BadZipFile, zlib.error)

Entry = tuple[str, bytes | ExplorerError]


@dataclass(frozen=True)
class Archive:
    """An open zip: how many files it holds, and each one's name with its bytes or with why they are not given."""

    file: zipfile.ZipFile
    entries: tuple[zipfile.ZipInfo, ...]

    def __len__(self) -> int:
        """How many files there are to read, folders and clutter not counted."""
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        """Each file, in the archive's order; equal names are told apart by a number."""
        seen: Counter[str] = Counter()
        left = MAX_TOTAL_BYTES
        for entry in self.entries:
            name = shown_name(entry.filename)
            seen[name] += 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
            try:
                content = read_entry(self.file, entry, name, left)
            except ExplorerError as error:
                yield name, error
            else:
                left -= len(content)
                yield name, content


def is_zip(content: bytes) -> bool:
    """Whether bytes begin as a zip does, whatever their name says."""
    return content.startswith(BEGINNINGS)


@contextmanager
def open_zip(source: bytes | Path, name: str = "") -> Iterator[Archive]:
    """A zip's files, for as long as the block runs.

    Raises
    ------
    ExplorerError
        When it is no zip, damaged, holds nothing or too much, or claims more than it has.
    """
    name = readable_name(name or (source.name if isinstance(source, Path) else "The archive"))
    size = len(source) if isinstance(source, bytes) else size_of(source)
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        try:
            file = zipfile.ZipFile(BoundedReader(stream, name))
        except BROKEN as error:
            raise ExplorerError(f"{name} is no zip, or damaged or cut off.", "Pack it again.") from error
        with file:
            yield Archive(file, files_of(file, size, name))


class BoundedReader(io.RawIOBase):
    """A file of which nobody reads so much at once that memory suffers; ``zipfile`` would read any list of entries."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self.stream, self.name = stream, name

    def read(self, size: int | None = -1) -> bytes:
        """As a file's; ExplorerError for more than a directory may have."""
        if (size or 0) > MAX_DIRECTORY_BYTES:
            raise too_many(self.name)
        return self.stream.read(MAX_DIRECTORY_BYTES if size is None or size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As a file's."""
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        """As a file's."""
        return self.stream.tell()

    def seekable(self) -> bool:
        """As a file on disk."""
        return True


def files_of(file: zipfile.ZipFile, size: int, name: str) -> tuple[zipfile.ZipInfo, ...]:
    """The entries that are files, of an archive of ``size`` bytes; ExplorerError where they cannot be true."""
    entries = file.infolist()
    if len(entries) > MAX_ENTRIES:
        raise too_many(name)
    if sum(entry.compress_size for entry in entries) > size:
        raise ExplorerError(f"{name} claims to hold more than it has.", "Pack it again.")  # entries share their bytes
    files = tuple(entry for entry in entries if not entry.is_dir() and not is_clutter(entry.filename))
    if not files:
        raise ExplorerError(f"{name} holds no files.", "Put images into it.")
    return files


def too_many(name: str) -> ExplorerError:
    """The sentence for an archive of too many entries."""
    return ExplorerError(f"{name} holds too many files.", f"At most {MAX_ENTRIES:,} are taken; divide it.")


def read_entry(file: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: int) -> bytes:
    """One file's bytes, at most ``left`` of them. Raises ExplorerError with the reason where they are not given."""
    check_entry(entry, name)
    limit = min(MAX_BYTES, left)
    content = bytearray()
    try:
        with file.open(entry) as stream:
            while len(content) <= limit and (piece := stream.read(PIECE_BYTES)):
                content += piece
    except BROKEN as error:
        raise ExplorerError(f"{name} is damaged in the archive.", "Pack it again.") from error
    if len(content) > MAX_BYTES:
        raise too_large(name)
    if len(content) > left:
        raise ExplorerError(
            f"{name} is left out: the archive unpacks to more than {MAX_TOTAL_BYTES // 2**30} GB.", "Divide it."
        )
    if is_zip(bytes(content[:4])):
        raise ExplorerError(f"{name} is an archive in an archive.", "Unpack it first.")
    return bytes(content)


def check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    """Refuse what need not be unpacked to be refused."""
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == UNIX else 0
    if kind not in (0, stat.S_IFREG):
        what = "a link" if kind == stat.S_IFLNK else "no plain file"
        raise ExplorerError(f"{name} is {what}.", "Pack the image itself.")
    if entry.flag_bits & ENCRYPTED:
        raise ExplorerError(f"{name} is encrypted.", "Pack it without a password.")
    if entry.compress_type not in METHODS:
        raise ExplorerError(f"{name} is packed in an unusual way.", "Pack it with the usual method, deflate.")
    if entry.file_size > MAX_BYTES:
        raise too_large(name)
    if entry.file_size > max(SMALL_BYTES, MAX_RATIO * entry.compress_size):
        raise ExplorerError(
            f"{name} would unpack to more than {MAX_RATIO} times its size.", "Pack it as PNG or JPEG, not as a bitmap."
        )


def too_large(name: str) -> ExplorerError:
    """The sentence for a file over the limit."""
    return ExplorerError(f"{name} is too large.", f"At most {MAX_BYTES // 2**20} MB are taken.")


def is_clutter(path: str) -> bool:
    """Whether a file manager put this there, and no person."""
    *folders, name = path.split("/")
    return "__MACOSX" in folders or name in CLUTTER or name.startswith("._")


def shown_name(path: str) -> str:
    """An entry's path as it is shown: only its last part where it is absolute or leads out of its folder."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    leads_out = ".." in parts or PureWindowsPath(path).anchor
    return readable_name(parts[-1] if leads_out and parts else path)
