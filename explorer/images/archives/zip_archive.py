"""Zip archives, read as hostile input: nothing is written to disk, no declared size is trusted.

Only one entry is in memory at a time. ``explorer.images.image_io`` decodes those that are images.
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

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import _
from explorer.images.colour_modes import DECODE_ERRORS
from explorer.images.image_io import MAX_BYTES, file_size, readable_name

MAX_ENTRIES = 20_000
MAX_TOTAL_BYTES = 2**30  # of all entries, unpacked
MAX_DIRECTORY_BYTES = 4 * 2**20  # an archive's central directory, held in memory as a whole
MAX_RATIO = 200  # unpacked to packed; photographs reach 1, flat drawings as BMP about 50, deflate's maximum is 1032
SMALL_BYTES = 2**20  # below this no compression ratio is refused
CHUNK_BYTES = 2**20
COMPRESSION_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others decompress without a bound on memory
ENCRYPTED = 0x1  # bit of an entry's flags
UNIX = 3
CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")  # files that file managers add
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")  # of an archive with entries, of one without
ZIP_ERRORS = (*DECODE_ERRORS, zipfile.BadZipFile, zlib.error)

ZipEntry = tuple[str, bytes | Refusal]


@dataclass(frozen=True)
class ZipLimits:
    """What is taken of an archive.

    Attributes
    ----------
    file_bytes, total_bytes : the most of one file and of all, unpacked.
    archives : whether a file may be an archive itself.
    entries, directory_bytes : the most files, and the most bytes of the table of them.
    """

    file_bytes: int = MAX_BYTES
    total_bytes: int = MAX_TOTAL_BYTES
    archives: bool = False
    entries: int = MAX_ENTRIES
    directory_bytes: int = MAX_DIRECTORY_BYTES


OF_IMAGES = ZipLimits()


@dataclass(frozen=True)
class Archive:
    """An open zip archive; iterating yields each file's name with its bytes, or with why it was refused."""

    file: zipfile.ZipFile
    entries: tuple[zipfile.ZipInfo, ...]
    limits: ZipLimits = OF_IMAGES

    def __len__(self) -> int:
        """The number of files, without folders and ``CLUTTER``."""
        return len(self.entries)

    def __iter__(self) -> Iterator[ZipEntry]:
        """Each file in the archive's order; equal names are numbered."""
        seen: Counter[str] = Counter()
        left = self.limits.total_bytes
        for entry in self.entries:
            name = shown_name(entry.filename)
            seen[name] += 1
            if seen[name] > 1:
                name = f"{name} ({seen[name]})"
            try:
                content = read_entry(self.file, entry, name, left, self.limits)
            except ExplorerError as error:
                yield name, error.refusal
            else:
                left -= len(content)
                yield name, content


def is_zip(content: bytes) -> bool:
    """Whether the content has the signature of a zip archive."""
    return content.startswith(ZIP_SIGNATURES)


@contextmanager
def open_zip(source: bytes | Path, name: str = "", limits: ZipLimits = OF_IMAGES) -> Iterator[Archive]:
    """Context manager for the files of a zip archive.

    Raises
    ------
    ExplorerError
        If it is no zip, damaged, empty, too large, or its entries overlap.
    """
    name = readable_name(name or (source.name if isinstance(source, Path) else "The archive"))
    size = len(source) if isinstance(source, bytes) else file_size(source)
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        try:
            file = zipfile.ZipFile(ReadLimitedFile(stream, name, limits))
        except ZIP_ERRORS as error:
            raise ExplorerError(
                _("{name} is no zip, or damaged or cut off.").format(name=name), _("Pack it again.")
            ) from error
        with file:
            yield Archive(file, readable_entries(file, size, name, limits), limits)


class ReadLimitedFile(io.RawIOBase):
    """A file that limits the bytes of one read, since ``zipfile`` reads a central directory of any size at once."""

    def __init__(self, stream: BinaryIO, name: str, limits: ZipLimits) -> None:
        super().__init__()
        self.stream, self.name, self.limits = stream, name, limits

    def read(self, size: int | None = -1) -> bytes:
        """As a file's; ExplorerError for more than the limit of a directory."""
        most = self.limits.directory_bytes
        if (size or 0) > most:
            raise too_many(self.name, self.limits)
        return self.stream.read(most if size is None or size < 0 else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As a file's."""
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        """As a file's."""
        return self.stream.tell()

    def seekable(self) -> bool:
        """As a file on disk."""
        return True


def readable_entries(file: zipfile.ZipFile, size: int, name: str, limits: ZipLimits) -> tuple[zipfile.ZipInfo, ...]:
    """The entries that are files of an archive of ``size`` bytes.

    Raises ExplorerError for too many entries, none, or more packed bytes than the archive has.
    """
    entries = file.infolist()
    if len(entries) > limits.entries:
        raise too_many(name, limits)
    if sum(entry.compress_size for entry in entries) > size:
        raise ExplorerError(
            _("{name} claims to hold more than it has.").format(name=name), _("Pack it again.")
        )  # entries share their bytes
    files = tuple(entry for entry in entries if not entry.is_dir() and not is_clutter(entry.filename))
    if not files:
        raise ExplorerError(_("{name} holds no files.").format(name=name), _("Put images into it."))
    return files


def too_many(name: str, limits: ZipLimits) -> ExplorerError:
    """The error for an archive of too many entries."""
    return ExplorerError(
        _("{name} holds too many files.").format(name=name),
        _("At most {entries:,} are taken; divide it.").format(entries=limits.entries),
    )


def read_entry(file: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: int, limits: ZipLimits) -> bytes:
    """One file's bytes, at most ``left`` of them; ExplorerError with the reason if it is refused."""
    content = bytearray()
    for piece in entry_pieces(file, entry, name, left, limits):
        content += piece
    return bytes(content)


def entry_pieces(
    file: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, left: int, limits: ZipLimits
) -> Iterator[bytes]:
    """One file's bytes in pieces, at most ``left`` of them in all; ExplorerError with the reason if it is refused."""
    check_entry(entry, name, limits)
    n_bytes = 0
    try:
        with file.open(entry) as stream:
            while piece := stream.read(CHUNK_BYTES):
                if n_bytes == 0 and not limits.archives and is_zip(piece):
                    raise ExplorerError(
                        _("{name} is an archive in an archive.").format(name=name), _("Unpack it first.")
                    )
                n_bytes += len(piece)
                check_bytes(n_bytes, name, left, limits)
                yield piece
    except ZIP_ERRORS as error:
        raise ExplorerError(_("{name} is damaged in the archive.").format(name=name), _("Pack it again.")) from error


def check_bytes(n_bytes: int, name: str, left: int, limits: ZipLimits) -> None:
    """Raise ExplorerError where a file has unpacked to more than it, or all together, may."""
    if n_bytes > limits.file_bytes:
        raise too_large(name, limits)
    if n_bytes > left:
        raise ExplorerError(
            _("{name} is left out: the archive unpacks to more than {gigabytes:.3g} GB.").format(
                name=name, gigabytes=limits.total_bytes / 2**30
            ),
            _("Divide it."),
        )


def check_entry(entry: zipfile.ZipInfo, name: str, limits: ZipLimits) -> None:
    """Raise ExplorerError for an entry that can be refused by its header alone."""
    kind = stat.S_IFMT(entry.external_attr >> 16) if entry.create_system == UNIX else 0
    if kind not in (0, stat.S_IFREG):
        text = _("{name} is a link.") if kind == stat.S_IFLNK else _("{name} is no plain file.")
        raise ExplorerError(text.format(name=name), _("Pack the image itself."))
    if entry.flag_bits & ENCRYPTED:
        raise ExplorerError(_("{name} is encrypted.").format(name=name), _("Pack it without a password."))
    if entry.compress_type not in COMPRESSION_METHODS:
        raise ExplorerError(
            _("{name} is packed in an unusual way.").format(name=name), _("Pack it with the usual method, deflate.")
        )
    if entry.file_size > limits.file_bytes:
        raise too_large(name, limits)
    if entry.file_size > max(SMALL_BYTES, MAX_RATIO * entry.compress_size):
        raise ExplorerError(
            _("{name} would unpack to more than {max_ratio} times its size.").format(name=name, max_ratio=MAX_RATIO),
            _("Pack it as PNG or JPEG, not as a bitmap."),
        )


def too_large(name: str, limits: ZipLimits) -> ExplorerError:
    """The error for a file of more bytes than the limits allow."""
    return ExplorerError(
        _("{name} is too large.").format(name=name),
        _("At most {megabytes} MB are taken.").format(megabytes=limits.file_bytes // 2**20),
    )


def is_clutter(path: str) -> bool:
    """Whether the entry is a file manager's own: ``CLUTTER``, macOS resource forks."""
    *folders, name = path.split("/")
    return "__MACOSX" in folders or name in CLUTTER or name.startswith("._")


def shown_name(path: str) -> str:
    """An entry's path for display: only its last part where it is absolute or leaves its folder."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    return readable_name(parts[-1] if leads_out(path) and parts else path)


def leads_out(path: str) -> bool:
    """Whether an entry's path is absolute or leaves the folder of the archive, on any system."""
    return ".." in PurePosixPath(path.replace("\\", "/")).parts or bool(PureWindowsPath(path).anchor)
