"""Images that are equal pixel for pixel, found by a hash of their content."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, content_hash


def equal_images(pixels: Pixels) -> list[NDArray[np.int64]]:
    """The places of equal images together, ordered by a hash of the image."""
    hashes = hashes_of(pixels)
    order = np.argsort(hashes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(hashes[order])) + 1)


def first_equal(*splits: Pixels) -> NDArray[np.int64]:
    """The number of the first image that equals each: int64 [N], its own where none before it does.

    Images [n, C, H, W] are numbered through the splits.
    """
    _, first, group = np.unique(np.concatenate([*map(hashes_of, splits)]), return_index=True, return_inverse=True)
    return first[group].astype(np.int64)


def hashes_of(pixels: Pixels) -> NDArray[np.uint64]:
    """64 bits for each image: [N]."""
    return np.array([content_hash(image) for image in pixels], np.uint64)
