"""``.csv`` with one image a row: Kaggle's digits, Zalando's fashion, FER2013's pixels in one cell; packed or not."""

from __future__ import annotations

import csv
import gzip
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.parts import Parts
from explorer.datasets.arrays.stored import Array, damage_reported
from explorer.datasets.arrays.tables import LEAST_PIXELS, is_image_width, parts_of_table
from explorer.datasets.columns import column_of
from explorer.datasets.metadata_csv import delimiter_of

BLOCK_BYTES = 4 * 2**20
LOOKED_AT = 200  # rows that tell the types of columns
CONVERSION = "conversion error"  # of pyarrow, for a cell of another type


def csv_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of a table of texts. Raises ExplorerError for texts among the pixels, and for ragged rows."""
    with cells_reported(path):
        return parts_of_table(CsvTable(path, options), options)


@contextmanager
def cells_reported(path: Path) -> Iterator[None]:
    """Turn what is raised over cells into an ExplorerError."""
    try:
        with damage_reported(path):
            yield
    except ExplorerError as error:
        if CONVERSION not in error.message:
            raise
        raise ExplorerError(
            _("{path} has text among its pixels: {reason}").format(path=path, reason=error.message.rpartition(": ")[2]),
            _("Name the column of the classes, --label-column NAME, and keep one number in each other cell."),
        ) from error


class CsvTable:
    """A ``.csv`` as a ``Table``."""

    def __init__(self, path: Path, options: ArrayOptions) -> None:
        self.path = path
        rows, self.delimiter = first_rows(path)
        first = rows[0] if rows else []
        self.has_header = not all(is_number(cell) for cell in first)
        self.titles = distinct(first) if self.has_header else numbered_titles(len(first), options)
        body = rows[1:] if self.has_header else rows
        self.decimal_comma = self.delimiter == ";" and any("," in cell for row in body for cell in row)
        cells = {title: [row[i] for row in body if i < len(row)] for i, title in enumerate(self.titles)}
        self.kinds = {title: kind_of_cells(values, self.decimal_comma) for title, values in cells.items()}

    def column(self, title: str) -> Array:
        """See ``Table``."""
        texts = [str(text or "").strip() for batch in self.batches([title]) for text in batch.column(0).to_pylist()]
        values = column_of(title, texts, self.decimal_comma)[0]
        numeric = values is not None and values.names is None and "" not in texts
        return values.values if values is not None and numeric else np.array(texts)

    def label_names(self, title: str) -> tuple[str, ...]:
        """See ``Table``."""
        return ()

    def numbers(self, titles: Sequence[str]) -> Iterator[Array]:
        """See ``Table``."""
        with cells_reported(self.path):
            for batch in self.batches(titles, numbers=True):
                yield np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], 1)

    def cells(self, title: str) -> Iterator[Array]:
        """See ``Table``: a cell is numbers with blanks between them."""
        for batch in self.batches([title]):
            rows = [np.array(str(text or "").split(), np.float32) for text in batch.column(0).to_pylist()]
            if rows:
                yield np.stack(rows)

    def batches(self, titles: Sequence[str], numbers: bool = False) -> Iterator[Any]:
        """Columns of the file, read in blocks."""
        import pyarrow as pa
        from pyarrow import csv as arrow_csv

        kind = pa.float32() if numbers else pa.string()
        yield from arrow_csv.open_csv(
            self.path,
            arrow_csv.ReadOptions(block_size=BLOCK_BYTES, column_names=self.titles, skip_rows=int(self.has_header)),
            arrow_csv.ParseOptions(delimiter=self.delimiter),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(titles, kind),
                include_columns=list(titles),
                decimal_point="," if self.decimal_comma else ".",
            ),
        )


def first_rows(path: Path) -> tuple[list[list[str]], str]:
    """The first rows of a file, and what separates their cells. Raises ValueError and OSError where it is damaged."""
    with text_of(path) as file:
        lines = [line for line in itertools.islice(file, LOOKED_AT) if line.strip()]
    if not lines:
        raise ExplorerError(
            _("{path} is empty.").format(path=path), _("Write a line of column names, and a line for each image.")
        )
    delimiter = delimiter_of(lines[0])
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=delimiter)], delimiter


def text_of(path: Path) -> IO[str]:
    """The file as text, unpacked as it is read; a byte order mark is skipped."""
    packed = path.suffix.casefold() == ".gz"
    return gzip.open(path, "rt", encoding="utf-8-sig") if packed else path.open(encoding="utf-8-sig")


def distinct(titles: Sequence[str]) -> list[str]:
    """Titles made different from one another, since columns are told by them."""
    found: list[str] = []
    for i, title in enumerate(titles):
        found.append(title if title and title not in found else f"{title or 'column'} {i + 1}")
    return found


def numbered_titles(n: int, options: ArrayOptions) -> list[str]:
    """Titles of a file without any: 1, 2, ...; the first column is the classes if the others make an image then."""
    titles = [str(i + 1) for i in range(n)]
    if not options.label and n > LEAST_PIXELS and is_image_width(n - 1) and not is_image_width(n):
        titles[0] = "label"
    return titles


def kind_of_cells(cells: Sequence[str], decimal_comma: bool) -> str:
    """What a column of these cells is: see ``Table``."""
    there = [cell for cell in cells if cell]
    numbers = sum(is_number(cell.replace(",", ".") if decimal_comma else cell) for cell in there)
    if 2 * numbers > len(there):  # a text among them is told when it is read
        return "numbers"
    first = there[0].split() if there else []
    return "lists" if len(first) >= LEAST_PIXELS and all(map(is_number, first)) else "texts"


def is_number(text: str) -> bool:
    """Whether a cell is one number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
