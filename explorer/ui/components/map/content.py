"""What the map shows, as bytes: points, facts for hovering, sheets of thumbnails. No Streamlit calls."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, grid, shrink, to_picture, to_png
from explorer.maps.fits import MapImages, Originals, Points
from explorer.runs import LoadedRun
from explorer.ui.components.map.served import Content

BINARY = "application/octet-stream"
SHEET_COLUMNS = 16  # thumbnails along a side of a sheet
PER_SHEET = SHEET_COLUMNS * SHEET_COLUMNS
MAX_THUMBNAIL = 32  # pixels of a thumbnail


def points_content(points: Points) -> Content:
    """Float32: all x, then all y."""
    return Content(BINARY, 1, lambda _: np.ascontiguousarray(points.T, "<f4").tobytes())


def facts_content(shown: MapImages) -> Content:
    """Float32 norm of mu, KL in nats and mean squared error, then int32 labels (-1: there are none) and numbers."""
    return Content(BINARY, 1, lambda _: facts_bytes(shown))


def facts_bytes(shown: MapImages) -> bytes:
    """See ``facts_content``."""
    latents, values = shown.latents, shown.latents.values
    columns = [np.linalg.norm(values.mu, axis=1), values.kl_nats.sum(1), values.mse]
    labels = np.full(len(latents), -1) if latents.labels is None else latents.labels
    return np.concatenate(columns).astype("<f4").tobytes() + np.stack([labels, shown.numbers]).astype("<i4").tobytes()


def codes_content(codes: NDArray[np.uint16]) -> Content:
    """One uint16 an image: a class's number, or a magnitude's step."""
    return Content(BINARY, 1, lambda _: codes.astype("<u2").tobytes())


def thumbnail_size(shape: tuple[int, int, int]) -> tuple[int, int]:
    """Width and height of a thumbnail of images [C, H, W]: as they are, or shrunk to ``MAX_THUMBNAIL``."""
    _, height, width = shape
    scale = min(1.0, MAX_THUMBNAIL / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def sheets_content(run: LoadedRun, shown: MapImages, originals: Originals | None) -> Content:
    """PNG sheets of ``PER_SHEET`` thumbnails, row by row: the originals, else what is decoded from mu."""

    def sheet(number: int) -> bytes:
        from explorer.inference import decode

        places = np.arange(number * PER_SHEET, min((number + 1) * PER_SHEET, len(shown)))
        pixels = decode(run, shown.codes(run, places)) if originals is None else originals.pixels(places)
        return to_png(grid(thumbnails(pixels), columns=SHEET_COLUMNS))

    return Content("image/png", math.ceil(len(shown) / PER_SHEET), sheet)


def thumbnails(pixels: Pixels) -> Pixels:
    """[N, C, H, W] shrunk to the size of thumbnails."""
    width, height = thumbnail_size(pixels.shape[1:])
    if (height, width) == pixels.shape[2:]:
        return pixels
    small = [np.asarray(shrink(to_picture(picture), MAX_THUMBNAIL).resize((width, height))) for picture in pixels]
    stack = np.stack(small)
    return stack[:, None] if stack.ndim == 3 else stack.transpose(0, 3, 1, 2)
