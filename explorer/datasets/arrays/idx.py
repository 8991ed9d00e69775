"""IDX, the format of MNIST's files: 0, 0, a type, the number of axes, their lengths as big-endian uint32, values."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import numpy as np

from explorer.datasets.arrays.stored import Array, Stored, damage_reported, pieces_of_stream

TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def idx_array(path: Path) -> Stored:
    """The array of an IDX file, packed with gzip or not."""
    with damage_reported(path), opened(path) as file:
        shape, dtype = header_of(file)
        start = file.tell()

    def pieces() -> Iterator[Array]:
        with opened(path) as file:
            file.read(start)
            yield from pieces_of_stream(file, shape, dtype)

    def mapped() -> Array:
        return np.memmap(path, dtype, "r", start, shape)

    return Stored(path, "", shape, dtype, pieces, None if is_packed(path) else mapped)


def opened(path: Path) -> IO[bytes]:
    """The file, unpacked as it is read."""
    return cast(IO[bytes], gzip.open(path)) if is_packed(path) else path.open("rb")


def is_packed(path: Path) -> bool:
    """Whether the name says so."""
    return path.suffix.casefold() == ".gz"


def header_of(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    """Shape and type; the stream then stands at the values. Raises ValueError for another file."""
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not magic[3]:
        raise ValueError(f"it begins with {magic.hex(' ') or 'nothing'}, as no IDX file does")
    lengths = file.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise ValueError("it ends within its header")
    return tuple(np.frombuffer(lengths, ">u4").tolist()), np.dtype(TYPES[magic[2]])
