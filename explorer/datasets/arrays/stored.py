"""An array as it lies in a file: what its header tells, and its rows in pieces, so that no file is held whole."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _

Array = NDArray[Any]
PIECE_BYTES = 8 * 2**20
# What parsers of damaged files raise; pyarrow's and h5py's errors are among these.
DAMAGE = (OSError, ValueError, EOFError, KeyError, NotImplementedError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Stored:
    """An array in a file.

    Attributes
    ----------
    path, key : where it lies; the key is '' where the file holds one array.
    shape : of all rows, [N, ...].
    pieces : the rows in their order, some at a time. Pictures in bytes are rows of objects.
    mapped : all rows memory-mapped, where the file allows that.
    pictures : whether each row is the bytes of an image file.
    """

    path: Path
    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    pieces: Callable[[], Iterator[Array]]
    mapped: Callable[[], Array] | None = None
    pictures: bool = False

    def __len__(self) -> int:
        return self.shape[0] if self.shape else 0

    @property
    def title(self) -> str:
        """What it is called in sentences: 'train_images in path.npz'."""
        return f"{self.key} in {self.path.name}" if self.key else self.path.name

    @property
    def described(self) -> str:
        """Type and shape: 'uint8 [60000, 28, 28]'."""
        return f"{self.dtype} [{', '.join(map(str, self.shape))}]"

    def whole(self) -> Array:
        """All rows, in memory: for labels and columns."""
        with damage_reported(self.path):
            found = list(self.pieces())
        return np.concatenate(found) if found else np.empty(self.shape, self.dtype)


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Turn what parsers raise over a damaged file into an ExplorerError."""
    try:
        yield
    except DAMAGE as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        raise ExplorerError(
            _("{path} is damaged or cut off: {reason}.").format(path=path, reason=reason),
            _("Copy or download it again."),
        ) from error


def rows_at_once(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> int:
    """How many rows make a piece of about ``PIECE_BYTES``."""
    return max(1, PIECE_BYTES // max(1, math.prod(shape[1:]) * dtype.itemsize))


def pieces_of_stream(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Iterator[Array]:
    """The rows of an array that begins where the stream stands; ValueError where it ends too early."""
    step, row = rows_at_once(shape, dtype), math.prod(shape[1:]) * dtype.itemsize
    for start in range(0, shape[0], step):
        n = min(step, shape[0] - start)
        content = file.read(n * row)
        if len(content) < n * row:
            raise ValueError(f"it ends after {start + len(content) // max(1, row):,} of {shape[0]:,} rows")
        yield np.frombuffer(content, dtype).reshape(n, *shape[1:])


def pieces_of_array(array: Array) -> Iterator[Array]:
    """The rows of an array that is there, or mapped."""
    step = rows_at_once(array.shape, array.dtype)
    return (array[start : start + step] for start in range(0, len(array), step))


def in_memory(path: Path, key: str, array: Array) -> Stored:
    """An array that was read already, as part of its file."""
    return Stored(path, key, array.shape, array.dtype, lambda: pieces_of_array(array))
