"""How the numbers of an array become 8-bit tones: the values of black and white, by those that are there."""

from __future__ import annotations

import numpy as np

from explorer.datasets.arrays.stored import Array
from explorer.images import Pixels

Range = tuple[float, float]
FEW = 16  # whole numbers up to this are those of masks, or of scanned digits of 4 bits
BIT_DEPTHS = (8, 10, 12, 14, 16)
OPAQUE = 4  # channels of colour with opacity


def range_of(low: float, high: float, whole: bool) -> Range:
    """The values of black and white for numbers from ``low`` to ``high``, all of them ``whole`` or not.

    Within -1 and 1: 0 to 1, or -1 to 1 where some are negative. Whole numbers up to 16: 0 to the largest. Others from
    0: up to 255, whole ones up to the end of the smallest usual bit depth. Whatever fits none of these is shown from
    its own smallest to its own largest.
    """
    if low >= -1 and high <= 1:
        return (-1.0 if low < 0 else 0.0), 1.0
    if low < 0 or (not whole and high <= FEW):
        return low, high
    if high <= FEW:
        return 0.0, high
    depths = BIT_DEPTHS if whole else BIT_DEPTHS[:1]
    return next(((0.0, 2.0**bits - 1) for bits in depths if high < 2**bits), (low, high))


def to_tones(values: Array, shown: Range) -> Pixels:
    """Values scaled so that ``shown`` becomes 0 and 255, clipped and rounded; bytes from 0 to 255 as they are."""
    low, high = shown
    if values.dtype == np.uint8:
        if shown == (0.0, 255.0):
            return values.astype(np.uint8, copy=False)
        return to_tones(np.arange(256, dtype=np.float32), shown)[values]
    exact = np.float32 if values.dtype.itemsize <= 2 or values.dtype == np.float32 else np.float64
    real: Array = values.astype(exact)
    scaled = (real - low) * (255 / ((high - low) or 1))
    return scaled.round().clip(0, 255).astype(np.uint8)


def laid_on_white(images: Pixels) -> Pixels:
    """Images [n, 4, H, W] without their opacity, as over a white ground; others as they are."""
    if images.shape[1] != OPAQUE:
        return images
    opacity = images[:, 3:].astype(np.float32) / 255
    return (images[:, :3] * opacity + 255 * (1 - opacity)).round().astype(np.uint8)
