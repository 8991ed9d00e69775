"""What a batch reads and what it writes: the files of a folder, and its rows as CSV."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path

from explorer.base import ExplorerError, Refusal
from explorer.image_lab.batch import Entry, Row
from explorer.images import readable_name
from explorer.images.archives import is_clutter, is_zip, open_zip

CSV_COLUMNS = tuple(field.name for field in fields(Row))
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula


def folder_entries(folder: Path, leave_out: Path | None = None) -> list[Entry]:
    """Every file below a folder by its path in it, in the order of these.

    Hidden files, clutter and ``leave_out`` are left out. Files are identified by content, not by name: each is read.

    Raises ExplorerError where there is none.
    """
    root, excluded = os.path.realpath(folder), None if leave_out is None else os.path.realpath(leave_out)
    found = {path: entry_source(path, root) for path in files_below(folder) if os.path.realpath(path) != excluded}
    entries: list[Entry] = [(path.relative_to(folder).as_posix(), found[path]) for path in sorted(found)]
    if not entries:
        raise ExplorerError(f"The folder {folder} holds no files.", "Put images into it.")
    return entries


def files_below(folder: Path) -> Iterator[Path]:
    """The files below a folder that are not hidden, and those folders that cannot be read."""
    shut: list[Path] = []
    for inside, folders, names in os.walk(folder, onerror=lambda error: shut.append(Path(error.filename))):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(inside, name) for name in names if not is_hidden(Path(name)))
    yield from shut


def is_hidden(path: Path) -> bool:
    """Whether a file is none that a person put there to be seen."""
    return is_clutter(path.as_posix()) or path.name.startswith(".")


def entry_source(path: Path, root: str) -> Path | Refusal:
    """The file, or why it is not read: what is no plain file may never end."""
    if os.path.isdir(path):
        return Refusal(f"The folder {readable_name(path.name)} cannot be read.", "Change its rights.")
    if not Path(os.path.realpath(path)).is_relative_to(root):
        return Refusal(
            f"{readable_name(path.name)} is a link that leads out of the folder.", "Copy the image itself there."
        )
    if not os.path.isfile(path):  # unlike Path.is_file, False for every path that cannot be read
        return Refusal(f"{readable_name(path.name)} is no plain file.", "Put the image itself there.")
    return path


class Uploads:
    """Files that a visitor brought, some of which may be zips: how many images to read, and each of them."""

    def __init__(self, files: Sequence[tuple[str, bytes]]) -> None:
        self.files = files
        self.total = sum(map(count, files))

    def __len__(self) -> int:
        """How many entries there will be."""
        return self.total

    def __iter__(self) -> Iterator[Entry]:
        """Each file, a zip's entries in its place; what is wrong with a zip is an entry of its own."""
        for name, content in self.files:
            if not is_zip(content):
                yield name, content
                continue
            try:
                with open_zip(content, name) as archive:
                    yield from archive
            except ExplorerError as error:
                yield name, error.refusal


def count(file: tuple[str, bytes]) -> int:
    """How many entries an upload has."""
    name, content = file
    if not is_zip(content):
        return 1
    try:
        with open_zip(content, name) as archive:
            return len(archive)
    except ExplorerError:
        return 1


def csv_bytes(rows: Iterable[Row]) -> bytes:
    """The rows as CSV (RFC 4180, UTF-8), a header first; what is not known is empty.

    A spreadsheet must not run what a file's name says: a path that begins as a formula gets ``./`` before it, which is
    the same path, and such a class name an apostrophe, by which spreadsheets tell text.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)  # its lines end in CR LF: only then are names with either quoted
    writer.writerow(CSV_COLUMNS)
    for row in rows:
        values = dict(zip(CSV_COLUMNS, astuple(row), strict=True))
        values["file"], values["error"] = guarded(row.file, "./"), guarded(row.error, "./")  # an error names the file
        values["nearest_class"] = guarded(row.nearest_class, "'")
        writer.writerow(["" if value is None else csv_cell(value) for value in values.values()])
    return text.getvalue().encode("utf-8", "backslashreplace")  # bytes of a name that are no text


def guarded(text: str | None, before: str) -> str | None:
    """``text``, with ``before`` in front where it begins as a formula."""
    return before + text if text is not None and text.startswith(FORMULA) else text


def csv_cell(value: str | float) -> str:
    """Text as it is; of a number the seven digits that float32 has."""
    return value if isinstance(value, str) else f"{value:.7g}"
