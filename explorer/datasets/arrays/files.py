"""The files of a data set of arrays: which belong together, and what reads each. To add a format: a module that gives
its ``Parts``, and a line in ``FORMATS``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.csv_files import csv_parts
from explorer.datasets.arrays.hdf5 import hdf5_parts
from explorer.datasets.arrays.idx import idx_array
from explorer.datasets.arrays.labels import labelled
from explorer.datasets.arrays.numpy_files import npy_array, npz_arrays
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.parquet import parquet_parts
from explorer.datasets.arrays.parts import Part, Parts, checked, parts_of_keys, with_label
from explorer.datasets.arrays.roles import family, kind_of_file, labels_beside, role
from explorer.datasets.arrays.stored import Stored

State = tuple[tuple[str, int, int], ...]  # path, bytes and time of change of each file


@dataclass(frozen=True, eq=False)
class ArrayFiles:
    """Opened files of one data set: their parts, read as far as labels and columns go.

    ``state`` tells them from the same files after a change; ``left_out`` are names with reasons.
    """

    path: Path
    options: ArrayOptions
    state: State
    parts: tuple[Part, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def images(self) -> tuple[Stored, ...]:
        """The arrays of images."""
        return tuple(part.images for part in self.parts)


def npy_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of an ``.npy``, with the labels beside it."""
    return with_labels_beside(npy_array(path), npy_array, options)


def npz_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of an ``.npz``."""
    return parts_of_keys(path, npz_arrays(path), options)


def with_labels_beside(images: Stored, read: Callable[[Path], Stored], options: ArrayOptions) -> Parts:
    """Images of a file of their own, with those of the file of labels that belongs to it, if there is one."""
    beside = labels_beside(images.path)
    labels = None if beside is None or options.label else checked(read(beside), images)
    return Parts((with_label(Part(images, labels=labels), options, images.path),))


def idx_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of an IDX file, with the labels beside it."""
    return with_labels_beside(idx_array(path), idx_array, options)


FORMATS: dict[str, Callable[[Path, ArrayOptions], Parts]] = {
    ".npz": npz_parts,
    ".npy": npy_parts,
    ".csv": csv_parts,
    "idx3-ubyte": idx_parts,
    "idx4-ubyte": idx_parts,
    ".idx": idx_parts,
    ".parquet": parquet_parts,
    ".h5": hdf5_parts,
    ".hdf5": hdf5_parts,
}
KNOWN = ".npz, .npy, .csv (also .csv.gz), IDX as train-images-idx3-ubyte (also .gz), .parquet, .h5"
PACKED = (".csv", "idx3-ubyte", "idx4-ubyte", ".idx")  # those that may be gzipped


def format_of(path: Path) -> str:
    """The key in ``FORMATS`` of a file by its name; '' for none."""
    name, packed = path.name.casefold().removesuffix(".gz"), path.suffix.casefold() == ".gz"
    return next((ending for ending in (PACKED if packed else FORMATS) if name.endswith(ending)), "")


def open_arrays(path: Path, options: ArrayOptions) -> ArrayFiles:
    """The data set that a file belongs to. Raises ExplorerError where it is missing, damaged, or no such file."""
    check_file(path)
    files = family(path)
    labels = [other for file in files if (other := labels_beside(file))]
    return opened(path, options, tuple(state_of(file) for file in files), tuple(state_of(file) for file in labels))


def check_file(path: Path) -> None:
    """Raise ExplorerError unless there is a file of a known format."""
    if os.path.isdir(path):
        raise ExplorerError(
            _("{path} is a folder.").format(path=path),
            _("Name a file in it, or write folder:{path} for its images.").format(path=path),
        )
    if not os.path.isfile(path):
        raise ExplorerError(
            _("There is no file {path}.").format(path=path), _("Give the path of a file: {known}.").format(known=KNOWN)
        )
    if not format_of(path):
        raise ExplorerError(
            _("{name} is no file of arrays that can be read.").format(name=path.name),
            _("Known are {known}.").format(known=KNOWN),
        )


def state_of(path: Path) -> tuple[str, int, int]:
    """What changes with a file; ExplorerError where it is empty."""
    facts = path.stat()
    if not facts.st_size:
        raise ExplorerError(_("{path} is empty (0 bytes).").format(path=path), _("Copy or download it again."))
    return str(path), facts.st_size, facts.st_mtime_ns


@lru_cache(maxsize=4)
def opened(path: Path, options: ArrayOptions, files: State, labels: State) -> ArrayFiles:
    """As ``open_arrays``, of files in this state."""
    parts: list[Part] = []
    left_out: list[tuple[str, str]] = []
    for name, *_rest in files:
        file = Path(name)
        found = FORMATS[format_of(file)](file, options)
        parts += [labelled(in_split(part, kind_of_file(file))) for part in found.parts]
        left_out += found.left_out
    kept = [part for part in parts if part.labels is not None]
    if kept:
        left_out += [(part.images.title, "without labels, which others have") for part in parts if part.labels is None]
    return ArrayFiles(path, options, (*files, *labels), tuple(kept or parts), tuple(left_out))


def in_split(part: Part, split: str) -> Part:
    """The part in the split that its file's name says, unless it says one itself."""
    return replace(part, split=split) if isinstance(part.split, str) and not part.split else part


def first_of_families(paths: Iterable[Path]) -> list[Path]:
    """Files of images without those that belong to one before: other splits, other parts, and labels."""
    found: list[Path] = []
    taken: set[Path] = set()
    for path in paths:
        if path not in taken and role(path.name.partition(".")[0])[1] != "labels":
            found.append(path)
            taken.update(family(path))
    return found
