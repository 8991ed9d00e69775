"""The files in a zip that someone brought: of plain names, of bounded size, in memory alone."""

from __future__ import annotations

from pathlib import PurePosixPath

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import N_, _
from explorer.images.archives import ZipLimits, leads_out, open_zip

MOST_FILES = 20
LIMITS = ZipLimits(file_bytes=2**30, total_bytes=2**30, archives=True)  # torch's and numpy's files are zips themselves
PACK_AGAIN = N_("Pack the model's files alone, or give the folder that holds them.")


def unpacked(content: bytes, name: str) -> dict[str, bytes]:
    """The files by the last part of their names.

    Raises ExplorerError for a damaged archive, too many or too large files, names that lead elsewhere or occur twice.
    """
    files: dict[str, bytes] = {}
    with open_zip(content, name, LIMITS) as archive:
        if len(archive) > MOST_FILES:
            raise ExplorerError(
                _("{name} holds more than {most_files} files.").format(name=name, most_files=MOST_FILES), _(PACK_AGAIN)
            )
        for entry in archive.entries:
            check_path(entry.filename, name)
        for entry_name, entry_content in archive:
            if isinstance(entry_content, Refusal):
                raise ExplorerError(
                    _("{name} cannot be unpacked: {message}").format(name=name, message=entry_content.message),
                    _(PACK_AGAIN),
                )
            last = PurePosixPath(entry_name).name
            if last in files:
                raise ExplorerError(
                    _("{name} holds two files called {last}.").format(name=name, last=last), _(PACK_AGAIN)
                )
            files[last] = entry_content
    return files


def check_path(path: str, name: str) -> None:
    """Raise ExplorerError for a path that leads out of the archive."""
    if leads_out(path):
        raise ExplorerError(
            _("{name} holds a file whose name leads to another folder.").format(name=name), _(PACK_AGAIN)
        )
