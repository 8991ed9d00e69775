"""``metadata.csv`` in a folder data set: user-defined columns, one row per image.

One column identifies the files (``file``, ``name``, ..., else the first), by their path below the folder or, where
unique, by their file name. Rows without an image are ignored; images without a row have missing values.
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

METADATA_FILE = "metadata.csv"
NAME_COLUMNS = ("file", "filename", "file_name", "name", "image", "path")
MAX_CATEGORIES = 50  # more categories cannot be distinguished by colour


@dataclass(frozen=True)
class Column:
    """One value per image: float64 [N], NaN if missing, or int64 [N], indices into ``names``, -1 if missing."""

    title: str
    values: NDArray[np.float64] | NDArray[np.int64]
    names: tuple[str, ...] | None = None  # None: a numeric column

    def at(self, numbers: NDArray[np.int64]) -> Column:
        """The column restricted to the images ``numbers``."""
        return replace(self, values=self.values[numbers])


def metadata_path(dataset: str) -> Path | None:
    """Path of a data set's ``metadata.csv``; None where it has none."""
    if not dataset.startswith(FOLDER):
        return None
    path = Path(os.path.expanduser(dataset.removeprefix(FOLDER))) / METADATA_FILE
    return path if path.is_file() else None


def read_metadata(path: Path, names: Sequence[str]) -> tuple[Column, ...]:
    """The columns, in the order of the images ``names``; ExplorerError if the file cannot be parsed."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except (OSError, ValueError, csv.Error) as error:
        raise ExplorerError(
            f"{path} could not be read: {error}.", "Save it as CSV in UTF-8, with a line of column names."
        ) from error
    naming = next((header.index(name) for name in NAME_COLUMNS if name in header), 0)
    by_name = {PurePath(row[naming].replace("\\", "/")).as_posix(): row for row in rows if len(row) > naming}
    found = [row_named(name, by_name) for name in unique_names(names)]
    columns = [
        column(title, [row[index].strip() if index < len(row) else "" for row in found])
        for index, title in enumerate(header)
        if index != naming and title.strip()
    ]
    return tuple(one for one in columns if one is not None)


def unique_names(names: Sequence[str]) -> list[tuple[str, ...]]:
    """The identifiers of each image: its path and, where unique, its file name."""
    paths = [PurePath(name) for name in names]
    counts = Counter(path.name for path in paths)
    return [(path.as_posix(), path.name) if counts[path.name] == 1 else (path.as_posix(),) for path in paths]


def row_named(called: tuple[str, ...], by_name: dict[str, list[str]]) -> list[str]:
    """The row of the image with one of these identifiers; empty if there is none."""
    return next((by_name[name] for name in called if name in by_name), [])


def column(title: str, texts: list[str]) -> Column | None:
    """A numeric column if all values are numbers, else categories; None if empty or of too many categories."""
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
