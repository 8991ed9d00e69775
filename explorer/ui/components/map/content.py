"""What the map shows, as bytes: points, facts for hovering, sheets of thumbnails. No Streamlit calls."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from explorer.images.thumbnails import PER_SHEET, thumbnail_sheet
from explorer.maps.fits import MapImages, Originals, Points
from explorer.runs import LoadedRun
from explorer.ui.components.map.served import Content

BINARY = "application/octet-stream"


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


def sheets_content(run: LoadedRun, shown: MapImages, originals: Originals | None) -> Content:
    """PNG sheets of ``PER_SHEET`` thumbnails, row by row: the originals, else what is decoded from mu."""

    def sheet(number: int) -> bytes:
        from explorer.inference import decode

        places = np.arange(number * PER_SHEET, min((number + 1) * PER_SHEET, len(shown)))
        pixels = decode(run, shown.codes(run, places)) if originals is None else originals.pixels(places)
        return thumbnail_sheet(pixels)

    return Content("image/png", math.ceil(len(shown) / PER_SHEET), sheet)
