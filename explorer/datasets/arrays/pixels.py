"""The pixels of arrays, training images first: in memory, or where they are many in a file of the data root's cache, or
mapped as they lie in their own file. They are never held twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.base import settings, unwritable, when_free
from explorer.datasets.arrays.decoders import Decoder, Numbers
from explorer.datasets.arrays.files import ArrayFiles
from explorer.datasets.arrays.stored import Array, Stored, damage_reported
from explorer.datasets.folder_pixels import pixel_array
from explorer.datasets.frame import Frame
from explorer.images import Pixels

MEMORY_LIMIT = 2**30  # bytes; above this the pixels live in a file
WRITTEN = "1"  # changes where the same files would give other pixels than before
Rows = Mapping[str, NDArray[np.int64]]  # of each split, the rows among all


def decoded(files: ArrayFiles, decoder: Decoder, rows: Rows, frame: Frame) -> dict[str, Pixels]:
    """The pixels of each split, uint8 [N, C, H, W]. Raises ExplorerError where the cache cannot be written."""
    n_train = len(rows["train"])
    shape = (n_train + len(rows["test"]), decoder.channels, frame.height, frame.width)
    if np.prod(shape, dtype=np.int64) <= MEMORY_LIMIT:
        whole = np.empty(shape, np.uint8)
        fill(whole, files, decoder, rows, frame)
    elif found := as_they_lie(files, decoder, rows, frame):
        return found
    else:
        whole = cached(shape, files, decoder, rows, frame)
    return {"train": whole[:n_train], "test": whole[n_train:]}


def fill(whole: Pixels, files: ArrayFiles, decoder: Decoder, rows: Rows, frame: Frame) -> None:
    """Decode all rows that are in a split, each into its place."""
    total = sum(map(len, files.images))
    place = np.full(total, -1, np.int64)
    place[np.concatenate([rows["train"], rows["test"]])] = np.arange(len(whole))
    start = 0
    for piece in pieces_of(files.images):
        own = place[start : start + len(piece)]
        start += len(piece)
        if (own >= 0).any():
            whole[own[own >= 0]] = decoder.pixels(piece[own >= 0], frame)


def pieces_of(arrays: tuple[Stored, ...]) -> Iterator[Array]:
    """The rows of all arrays, some at a time."""
    for array in arrays:
        with damage_reported(array.path):
            yield from array.pieces()


def as_they_lie(files: ArrayFiles, decoder: Decoder, rows: Rows, frame: Frame) -> dict[str, Pixels] | None:
    """The pixels of each split mapped from a file that holds just these; None where there is work to be done."""
    if not isinstance(decoder, Numbers) or not decoder.as_is(frame):
        return None
    found: dict[str, Pixels] = {}
    start = 0
    for array in files.images:
        own = np.arange(start, start + len(array))
        split = next((split for split, places in rows.items() if np.array_equal(places, own)), None)
        if split is None or array.mapped is None:
            return None
        found[split] = decoder.arrangement.images(array.mapped()).view(np.uint8)
        start += len(array)
    return found


def cached(shape: tuple[int, ...], files: ArrayFiles, decoder: Decoder, rows: Rows, frame: Frame) -> Pixels:
    """The pixels in a file of the data root's cache, written unless it is there for the same files."""
    file = settings().data / "cache" / f"{key_of(files, frame)}.npy"
    if (there := mapped_pixels(file, shape)) is not None:
        return there
    unfinished = file.with_suffix(f".{os.getpid()}.partial")
    whole = pixel_array(shape, unfinished)
    try:
        fill(whole, files, decoder, rows, frame)
        assert isinstance(whole, np.memmap)
        whole.flush()
        when_free(lambda: os.replace(unfinished, file))
    except OSError as error:
        raise unwritable(file.parent, error) from error
    finally:
        unfinished.unlink(missing_ok=True)
    return whole


def mapped_pixels(file: Path, shape: tuple[int, ...]) -> Pixels | None:
    """Pixels that were stored, or None."""
    try:
        found: Pixels = np.load(file, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.uint8 else None


def key_of(files: ArrayFiles, frame: Frame) -> str:
    """Changes with the files, the options, and the way of reading."""
    return hashlib.sha256(repr((WRITTEN, frame, files.options, files.state)).encode()).hexdigest()[:32]
