"""HDF5, through the package h5py where it is installed."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.parts import Parts, parts_of_keys
from explorer.datasets.arrays.stored import Array, Stored, damage_reported, rows_at_once


def hdf5_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of an HDF5 file, by the names of its data sets. ExplorerError where h5py is not installed."""
    h5py = package()
    with damage_reported(path), h5py.File(path, "r") as file:
        found: dict[str, Stored] = {}
        file.visititems(lambda key, item: note(found, path, key, item))
    return parts_of_keys(path, found, options)


def package() -> Any:
    """The package h5py."""
    try:
        return importlib.import_module("h5py")
    except ImportError as error:
        raise ExplorerError(
            _("HDF5 files are read by the package h5py, which is not installed."),
            _("Run 'pip install h5py', or save the arrays with np.savez."),
        ) from error


def note(found: dict[str, Stored], path: Path, key: str, item: Any) -> None:
    """Add a data set of the file to those that were found; groups are passed by."""
    shape = getattr(item, "shape", None)
    if not shape:
        return

    def pieces() -> Iterator[Array]:
        with package().File(path, "r") as file:
            step = rows_at_once(shape, item_type)
            for start in range(0, shape[0], step):
                yield file[key][start : start + step]

    item_type = item.dtype
    found[key] = Stored(path, key, tuple(shape), item_type, pieces)
