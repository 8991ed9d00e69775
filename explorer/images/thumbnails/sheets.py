"""Thumbnails and the sheets on which they lie, row by row."""

from __future__ import annotations

import numpy as np

from explorer.images import Pixels, grid, shrink, to_picture, to_png

SHEET_COLUMNS = 16  # thumbnails along a side of a sheet
PER_SHEET = SHEET_COLUMNS * SHEET_COLUMNS
MAX_THUMBNAIL = 32  # pixels of a thumbnail


def thumbnail_size(shape: tuple[int, int, int]) -> tuple[int, int]:
    """Width and height of a thumbnail of images [C, H, W]: as they are, or shrunk to ``MAX_THUMBNAIL``."""
    _, height, width = shape
    scale = min(1.0, MAX_THUMBNAIL / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def thumbnail_sheet(pixels: Pixels) -> bytes:
    """At most ``PER_SHEET`` images [N, C, H, W] as thumbnails on one sheet, a PNG."""
    return to_png(grid(thumbnails(pixels), columns=SHEET_COLUMNS))


def thumbnails(pixels: Pixels) -> Pixels:
    """[N, C, H, W] shrunk to the size of thumbnails."""
    width, height = thumbnail_size(pixels.shape[1:])
    if (height, width) == pixels.shape[2:]:
        return pixels
    small = [np.asarray(shrink(to_picture(picture), MAX_THUMBNAIL).resize((width, height))) for picture in pixels]
    stack = np.stack(small)
    return stack[:, None] if stack.ndim == 3 else stack.transpose(0, 3, 1, 2)
