"""``.npy`` and ``.npz``: headers are read without the arrays, arrays in pieces, and never a pickle."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from explorer.datasets.arrays.stored import Array, Stored, damage_reported, pieces_of_array, pieces_of_stream

LOCAL_HEADER_BYTES = 30  # of a zip's member, before its name and extra field
Header = tuple[tuple[int, ...], bool, np.dtype[np.generic]]  # shape, whether in Fortran's order, type


def npy_array(path: Path) -> Stored:
    """The array of an ``.npy``."""
    with damage_reported(path), path.open("rb") as file:
        shape, fortran, dtype = header_of(file)
        start = file.tell()

    def mapped() -> Array:
        return np.memmap(path, dtype, "r", start, shape, "F" if fortran else "C")

    def pieces() -> Iterator[Array]:
        if fortran:
            yield from pieces_of_array(mapped())
            return
        with path.open("rb") as file:
            file.seek(start)
            yield from pieces_of_stream(file, shape, dtype)

    return Stored(path, "", shape, dtype, pieces, None if dtype.hasobject else mapped)


def npz_arrays(path: Path) -> dict[str, Stored]:
    """The arrays of an ``.npz`` by their names."""
    with damage_reported(path), zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if info.filename.endswith(".npy")]
        return {info.filename.removesuffix(".npy"): npz_array(path, archive, info) for info in members}


def npz_array(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Stored:
    """One array of an ``.npz``; an uncompressed one can be mapped."""
    with archive.open(info) as file:
        shape, fortran, dtype = header_of(file)
        start = file.tell()

    def mapped() -> Array:
        offset = member_start(path, info) + start
        return np.memmap(path, dtype, "r", offset, shape, "F" if fortran else "C")

    def pieces() -> Iterator[Array]:
        with zipfile.ZipFile(path) as archive, archive.open(info.filename) as file:
            if fortran:
                file.seek(0)
                yield from pieces_of_array(np.lib.format.read_array(file, allow_pickle=False))
                return
            file.read(start)
            yield from pieces_of_stream(file, shape, dtype)

    can_map = info.compress_type == zipfile.ZIP_STORED and not dtype.hasobject
    return Stored(path, info.filename.removesuffix(".npy"), shape, dtype, pieces, mapped if can_map else None)


def header_of(file: IO[bytes]) -> Header:
    """The header of an ``.npy`` stream, which then stands at its values. Raises ValueError for another file."""
    version = np.lib.format.read_magic(file)
    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read(file)
    return tuple(shape), bool(fortran) and len(shape) > 1, dtype


def member_start(path: Path, info: zipfile.ZipInfo) -> int:
    """Where the content of an uncompressed member begins in the zip."""
    with path.open("rb") as file:
        file.seek(info.header_offset)
        header = file.read(LOCAL_HEADER_BYTES)
    name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    return info.header_offset + LOCAL_HEADER_BYTES + name + extra
