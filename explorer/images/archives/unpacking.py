"""The files of a zip archive written below a folder, each in pieces; what leads out of it or is unsafe is refused."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from explorer.base import ExplorerError, remove_files, unwritable
from explorer.base.languages import _
from explorer.images.archives.zip_archive import Archive, ZipLimits, entry_pieces, leads_out, open_zip, shown_name
from explorer.images.image_io import readable_name

MOST_PARTS = 16  # of a path: folders in folders
LONGEST_PART = 200  # bytes of a file's or folder's name; file systems take 255
TAKEN = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR)  # another entry is there, of this name or as a file for a folder
UNUSUAL = (errno.EINVAL, errno.ENAMETOOLONG, errno.EILSEQ, errno.ENOENT)  # names that a file system does not take
OnBytes = Callable[[int, int], None]
LeftOut = tuple[str, str]  # a file's name, and why


def unpack_zip(source: Path, name: str, folder: Path, limits: ZipLimits, on_bytes: OnBytes) -> list[LeftOut]:
    """Write the files of the archive ``source``, called ``name``, below ``folder``; which were refused, and why.

    ``on_bytes`` is called with the packed bytes that are done, and with those of all.

    Raises
    ------
    ExplorerError
        As ``open_zip``, and where ``folder`` cannot be written or the disk is full.
    """
    left_out: list[LeftOut] = []
    with open_zip(source, name, limits) as archive:
        left, done, total = limits.total_bytes, 0, sum(entry.compress_size for entry in archive.entries)
        for entry in archive.entries:
            shown = shown_name(entry.filename)
            try:
                left -= unpack_entry(archive, entry, folder, left)
            except ExplorerError as error:
                left_out.append((shown, error.message.removeprefix(f"{shown} is ").removesuffix(".")))
            except OSError as error:
                raise unwritable(folder, error) from error
            done += entry.compress_size
            on_bytes(done, total)
    return left_out


def unpack_entry(archive: Archive, entry: zipfile.ZipInfo, folder: Path, left: int) -> int:
    """Write one file; its bytes, unpacked.

    Raises ExplorerError where it is refused, and OSError where nothing can be written.
    """
    shown = shown_name(entry.filename)
    target = folder / safe_path(entry.filename)
    pieces = entry_pieces(archive.file, entry, shown, left, archive.limits)
    first = next(pieces, b"")  # nothing is made for what is refused at once
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return write_new(target, first, pieces)
    except OSError as error:
        if error.errno in TAKEN:
            raise ExplorerError(_("{shown} is there twice.").format(shown=shown), _("Rename one of them.")) from error
        if error.errno in UNUSUAL:
            raise unusual(shown) from error
        raise


def write_new(target: Path, first: bytes, pieces: Iterator[bytes]) -> int:
    """Write a file that is not there yet; its bytes. Nothing is left of one that ends in an error."""
    with target.open("xb") as file:
        try:
            n_bytes = file.write(first)
            for piece in pieces:
                n_bytes += file.write(piece)
        except BaseException:
            file.close()
            remove_files(target)
            raise
    return n_bytes


def safe_path(path: str) -> PurePosixPath:
    """An entry's path below the folder that it is unpacked in; ExplorerError for one that leads elsewhere or is odd."""
    shown = shown_name(path)
    found = PurePosixPath(path.replace("\\", "/"))
    if leads_out(path):
        raise ExplorerError(
            _("{shown} is a name that leads to another folder.").format(shown=shown), _("Pack the folder itself.")
        )
    if not 0 < len(found.parts) <= MOST_PARTS or any(map(is_odd, found.parts)):
        raise unusual(shown)
    return found


def is_odd(part: str) -> bool:
    """Whether a name cannot be stored as it is on any system, or is too long."""
    too_long = len(part.encode("utf-8", "replace")) > LONGEST_PART
    return too_long or not part.isprintable() or any(letter in ':*?"<>|' for letter in part)


def unusual(shown: str) -> ExplorerError:
    """The error for a name that is not stored."""
    return ExplorerError(
        _("{shown} is an unusual name.").format(shown=readable_name(shown)), _("Rename it, and pack it again.")
    )
