"""``metadata.csv`` beside the images of a folder data set: columns of one's own, a row an image.

One column names the files (``file``, ``name``, ..., else the first), by their path below the folder or by their name
alone where no two are alike. Rows without an image are left alone; images without a row have no value.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.datasets.datasets import FOLDER

FILE = "metadata.csv"
NAME_COLUMNS = ("file", "filename", "file_name", "name", "image", "path")
MAX_CATEGORIES = 50  # a column of more different texts cannot be told by colours


@dataclass(frozen=True)
class Column:
    """One column, a value an image: float64 [N] with NaN for none, or numbers of ``names`` with -1 for none."""

    title: str
    values: NDArray[np.float64] | NDArray[np.int64]
    names: tuple[str, ...] | None = None  # None: numbers

    def at(self, numbers: NDArray[np.int64]) -> Column:
        """Only the values of some images."""
        return replace(self, values=self.values[numbers])


def metadata_path(dataset: str) -> Path | None:
    """Where a data set's metadata is; None where it has none."""
    if not dataset.startswith(FOLDER):
        return None
    path = Path(os.path.expanduser(dataset.removeprefix(FOLDER))) / FILE
    return path if path.is_file() else None


def read_metadata(path: Path, names: Sequence[str]) -> tuple[Column, ...]:
    """The columns for the images ``names``; ExplorerError when the file is no table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise ExplorerError(
            f"{path} could not be read: {error}.", "Save it as CSV in UTF-8, with a line of column names."
        ) from error
    naming = next((header.index(name) for name in NAME_COLUMNS if name in header), 0)
    by_name = {PurePath(row[naming].replace("\\", "/")).as_posix(): row for row in rows if len(row) > naming}
    found = [row_of(name, by_name) for name in unique_names(names)]
    columns = [
        column(title, [row[place].strip() if place < len(row) else "" for row in found])
        for place, title in enumerate(header)
        if place != naming and title.strip()
    ]
    return tuple(one for one in columns if one is not None)


def unique_names(names: Sequence[str]) -> list[tuple[str, ...]]:
    """What each image may be called: its path, and its name alone where no other has it."""
    paths = [PurePath(name) for name in names]
    counts = Counter(path.name for path in paths)
    return [(path.as_posix(), path.name) if counts[path.name] == 1 else (path.as_posix(),) for path in paths]


def row_of(called: tuple[str, ...], by_name: dict[str, list[str]]) -> list[str]:
    """The row of an image; empty where there is none."""
    return next((by_name[name] for name in called if name in by_name), [])


def column(title: str, texts: list[str]) -> Column | None:
    """Numbers where all that is there are numbers, else categories; None for nothing, or too many different texts."""
    there = sorted({text for text in texts if text})
    if not there:
        return None
    try:
        return Column(title, np.array([float(text) if text else np.nan for text in texts]))
    except ValueError:
        if len(there) > MAX_CATEGORIES:
            return None
    numbers = {text: i for i, text in enumerate(there)}
    return Column(title, np.array([numbers.get(text, -1) for text in texts], np.int64), tuple(there))
