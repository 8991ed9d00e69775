"""The images whose posterior means lie nearest."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.images import Pixels
from explorer.latents import Latents
from explorer.runs import Run
from explorer.ui import cached
from explorer.ui.widgets.pictures import Picture, pictures

COUNT = 12
COLUMNS = 6


def neighbours(run: Run, latents: Latents, mu: NDArray[np.floating], own: int | None = None) -> None:
    """The ``COUNT`` nearest of the test split, nearest first; ``own`` is the image's own index, left out."""
    chosen, distances = nearest_others(latents, mu, own)
    pixels, source = pixels_of(run, latents, chosen)
    sources = "originals" if source == "original" else "decoded (originals not here)"
    st.markdown(
        f"**{len(chosen)} nearest test images** · {sources}",
        help="Nearest by Euclidean distance between posterior means μ, in all latent dimensions; nearest first.",
    )
    shown = [
        thumbnail(picture, latents.class_name(int(index)), int(index), float(distance), source)
        for picture, index, distance in zip(pixels, chosen, distances, strict=True)
    ]
    pictures(shown, COLUMNS, "thumbnails")


def pixels_of(run: Run, latents: Latents, chosen: NDArray[np.int64]) -> tuple[Pixels, str]:
    """Pictures of images of the test split, and what they are: "original", or "decoded" where those are not here."""
    from explorer.decoding import decode

    images = cached.images(run)
    return (decode(run, latents.mu[chosen]), "decoded") if images is None else (images.pixels[chosen], "original")


def nearest_others(
    latents: Latents, mu: NDArray[np.floating], own: int | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Indices of and distances to the ``COUNT`` nearest of ``mu``, [K], without the image ``own``: [COUNT] each."""
    nearest, distances = latents.nearest(mu, COUNT + 1)
    others = np.flatnonzero(nearest != own)[:COUNT]  # None differs from all
    return nearest[others], distances[others]


def thumbnail(pixels: NDArray[np.uint8], name: str | None, index: int, distance: float, source: str) -> Picture:
    """One neighbour, its class under it."""
    what = f"image {index:,}" if name is None else f"class {name}"
    return Picture(pixels, name or f"{index:,}", f"{source}, {what}, image {index:,}, distance {distance:.3g}")
