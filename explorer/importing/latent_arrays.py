"""The arrays of an npz or a Parquet file, read once their size is known, without running anything that it holds."""

from __future__ import annotations

import io
import math
import re
import zipfile
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

MOST_BYTES = 2 * 10**9  # of all arrays together, as they lie in memory
MOST_ARRAYS = 100
DAMAGED = "is damaged or cut off."
SAVE_AGAIN = N_("Save or copy it again.")
NUMBERED = re.compile(r"(mu|logvar)_(\d{1,5})")  # columns of a table, as ``map --out`` writes them
NAMES = {"label": "labels", "class": "classes"}  # of a table's columns
Arrays = dict[str, NDArray[Any]]


def npz_arrays(content: bytes, name: str) -> Arrays:
    """The arrays of an npz by name.

    Raises ExplorerError for one that is damaged, declares more than ``MOST_BYTES``, or holds Python objects.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_headers(archive, name)
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ExplorerError(f"{name} {DAMAGED}", _(SAVE_AGAIN)) from error


def check_headers(archive: zipfile.ZipFile, name: str) -> None:
    """Raise ExplorerError for arrays that are too many, too large by their own account, or of Python objects."""
    total = 0
    if len(archive.infolist()) > MOST_ARRAYS:
        raise too_large(name)
    for entry in archive.infolist():
        with archive.open(entry) as file:
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, _order, dtype = read(file)
        if dtype.hasobject:
            raise ExplorerError(
                _("The array {filename} of {name} holds Python objects, which are pickled.").format(
                    filename=entry.filename[:60], name=name
                ),
                _("Save it as an array of numbers or of texts."),
            )
        total += max(math.prod(shape) * dtype.itemsize, entry.file_size)
    if total > MOST_BYTES:
        raise too_large(name)


def too_large(name: str) -> ExplorerError:
    """The sentence for a file of too much."""
    return ExplorerError(
        _("{name} holds more than {most_bytes} GB of arrays.").format(name=name, most_bytes=MOST_BYTES // 10**9),
        _("Bring fewer images."),
    )


def parquet_arrays(content: bytes, name: str) -> Arrays:
    """The columns of a Parquet file as arrays: mu and logvar as lists or as mu_0, mu_1, ...; label, class, images.

    Raises ExplorerError for one that is damaged, too large, or has other values in these columns.
    """
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(content))
        facts = file.metadata
        if sum(facts.row_group(i).total_byte_size for i in range(facts.num_row_groups)) > MOST_BYTES:
            raise too_large(name)
        table = file.read()
    except (pyarrow.ArrowException, OSError) as error:
        raise ExplorerError(f"{name} {DAMAGED}", _(SAVE_AGAIN)) from error
    return arrays_of_table({key: column_array(table.column(key), key) for key in table.column_names})


def column_array(column: Any, name: str) -> NDArray[Any]:
    """A column as an array [N], or [N, K] where each row is a list; ExplorerError for lists of unequal length."""
    values = column.to_pylist()
    try:
        return np.array(values) if values else np.zeros(0)
    except ValueError as error:
        raise ExplorerError(
            _("The lists of the column {name} differ in length.").format(name=name[:60]), _("Each row takes as many.")
        ) from error


def arrays_of_table(columns: Arrays) -> Arrays:
    """The columns with those that are numbered put together, and names as an npz has them."""
    found = {NAMES.get(key, key): column for key, column in columns.items() if not NUMBERED.fullmatch(key)}
    for what in ("mu", "logvar"):
        places = sorted(int(part[2]) for key in columns if (part := NUMBERED.fullmatch(key)) and part[1] == what)
        if places and places == list(range(len(places))):
            found[what] = np.stack([columns[f"{what}_{place}"] for place in places], 1)
    return named_by_row(found)


def named_by_row(found: Arrays) -> Arrays:
    """A table names each row's class: with labels or without, the names are those of its rows."""
    rows = found.pop("classes", None)
    if rows is not None:
        found["labels"] = rows
    return found
