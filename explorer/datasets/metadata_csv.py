"""``metadata.csv`` in a folder data set: user-defined columns, one row per image.

One column names the files: the one that most rows find their image by. A name may be a path below the folder, the end
of one, or a longer path that ends in one; with its suffix or without.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.columns import Column, column_of
from explorer.datasets.names import FOLDER, folder_path

METADATA_FILE = "metadata.csv"
NAME_COLUMNS = ("file", "filename", "file_name", "name", "image", "path")  # preferred where others match as well
DELIMITERS = ",;\t|"
Parts = tuple[str, ...]
Row = list[str]


@dataclass(frozen=True)
class Metadata:
    """The columns that can be shown, and in sentences what was matched and what was left out."""

    columns: tuple[Column, ...]
    notes: tuple[str, ...]


def metadata_path(dataset: str) -> Path | None:
    """Path of a data set's ``metadata.csv``; None where it has none."""
    if not dataset.startswith(FOLDER):
        return None
    path = folder_path(dataset) / METADATA_FILE
    return path if path.is_file() else None


def read_metadata(path: Path, names: Sequence[str]) -> Metadata:
    """The columns, in the order of the images ``names``; ExplorerError if the file is empty or cannot be parsed."""
    table = table_of(path)
    images = ImageNames(names)
    naming = naming_column(table, images)
    found, notes = matched_rows(table, images, naming)
    columns = []
    for index, title in enumerate(table.header):
        if index == naming or not title:
            continue
        texts = [cell(found.get(i, []), index) for i in range(len(names))]
        column, note = column_of(title, texts, table.decimal_comma)
        if title in table.header[:index]:
            column, note = None, "left out, since a column before has the same title"
        columns += [column] if column else []
        notes += [f"'{title}': {note}."] if note else []
    return Metadata(tuple(columns), tuple(notes))


@dataclass(frozen=True)
class Table:
    """The cells of a file without surrounding blanks; ``repeated`` counts the headers that were left out."""

    header: Row
    rows: list[Row]
    repeated: int
    decimal_comma: bool


def table_of(path: Path) -> Table:
    """The table in a file; ExplorerError if there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = delimiter_of(text)
        lines = [[value.strip() for value in row] for row in csv.reader(io.StringIO(text, ""), delimiter=delimiter)]
    except (OSError, ValueError, csv.Error) as error:
        raise ExplorerError(
            _("{path} could not be read: {error}.").format(path=path, error=error),
            _("Save it as CSV in UTF-8, with a line of column names."),
        ) from error
    lines = [row for row in lines if any(row)]
    if not lines:
        raise ExplorerError(
            _("{path} is empty.").format(path=path), _("Write a line of column names, and a line for each image.")
        )
    rows = [row for row in lines[1:] if row != lines[0]]
    return Table(lines[0], rows, len(lines) - 1 - len(rows), delimiter != ",")


def delimiter_of(text: str) -> str:
    """What separates the columns: of the usual characters the one that is most often in the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


class ImageNames:
    """Images by their names, with suffix and without: ``whole`` paths, and those ends that only one path has."""

    def __init__(self, names: Sequence[str]) -> None:
        paths = [PurePosixPath(name.replace("\\", "/")) for name in names]
        self.whole: dict[Parts, int] = {}
        self.ends: dict[Parts, int] = {}
        for called in ([path.parts for path in paths], [path.with_suffix("").parts for path in paths]):
            counts = Counter(end for parts in called for end in ends(parts))
            for i, parts in enumerate(called):
                for end in ends(parts):
                    if counts[end] == 1 or end == parts:
                        self.ends.setdefault(end, i)
                self.whole.setdefault(parts, i)

    def find(self, text: str) -> int | None:
        """The image that a text names: it is the end of the image's path, or ends in the whole of it."""
        path = PurePosixPath(text.replace("\\", "/"))
        parts = tuple(part for part in path.parts if part != path.anchor)
        if parts in self.ends:
            return self.ends[parts]
        return next((self.whole[end] for end in ends(parts) if end in self.whole), None)


def ends(parts: Parts) -> Iterable[Parts]:
    """A path and its ends, the longest first."""
    return (parts[i:] for i in range(len(parts)))


def naming_column(table: Table, images: ImageNames) -> int:
    """The column by which most rows find an image; of several such one of the usual title, else the first."""

    def rank(index: int) -> tuple[int, bool, int]:
        found = sum(images.find(cell(row, index)) is not None for row in table.rows)
        return found, table.header[index].casefold() in NAME_COLUMNS, -index

    return max(range(len(table.header)), key=rank)


def matched_rows(table: Table, images: ImageNames, naming: int) -> tuple[dict[int, Row], list[str]]:
    """The row of each image that has one, and what became of all rows, in sentences."""
    found: dict[int, Row] = {}
    matched = 0
    for row in table.rows:
        image = images.find(cell(row, naming))
        if image is not None:
            matched += 1
            found.setdefault(image, row)
    notes = [f"{matched:,} of {len(table.rows):,} rows belong to images here, by their '{table.header[naming]}'."]
    if matched > len(found):
        notes.append(f"Of several rows for one image the first counts ({matched - len(found):,} left out).")
    if table.repeated:
        notes.append(f"Repeated headers left out: {table.repeated:,}.")
    return found, notes


def cell(row: Row, index: int) -> str:
    """A value of a row; '' where it is shorter."""
    return row[index] if index < len(row) else ""
