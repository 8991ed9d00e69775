"""The selection of a lasso or box: class counts, mean image, a gallery, saving."""

from __future__ import annotations

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.images import Pixels
from explorer.inference.latent_space import codes
from explorer.maps.fits import MapImages, Projection
from explorer.runs import LoadedRun
from explorer.ui.common import NO_PICTURES, Picture, cached, class_counts, has_pictures, pictures, pixels_of, state
from explorer.ui.map.save import map_save

SELECTION_COLUMNS = 8
PER_PAGE = 3 * SELECTION_COLUMNS


def map_selection(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """Draw the panel."""
    numbers = state.map_selection(run, shown.split)
    if numbers is None:
        st.caption(_("Draw around points with the lasso or the box above the map to see them together."))
        return
    selection = shown.places(numbers)
    st.markdown(_("**{n:,} of {total:,} selected**").format(n=len(selection), total=len(shown)))
    if not len(selection):
        st.caption(_("No point lies inside. Draw around some, or clear the selection."))
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        class_counts(shown.latents, selection)
    with right:
        means(run, shown, selection)
    map_save(run, projection, shown, selection)
    selection_gallery(run, shown, selection)


def means(run: LoadedRun, shown: MapImages, selection: NDArray[np.int64]) -> None:
    """The mean image beside what the mean of mu decodes to, as far as there are images and a decoder."""
    found, originals = [], cached.originals_of(run, shown)
    if originals is not None:
        mean = originals.pixels(selection).mean(0, dtype=np.float64).round().astype(np.uint8)
        found.append(Picture(mean, _("mean of images"), _("mean of the originals")))
    if run.model.decodes:
        pixels = decoded_mean(run, shown, selection)
        found.append(Picture(pixels, _("decoded mean μ"), _("decoded from the mean of μ")))
    if found:
        pictures(found, 2)


def decoded_mean(run: LoadedRun, shown: MapImages, selection: NDArray[np.int64]) -> Pixels:
    """What the mean of mu decodes to, in the commonest class of a class-conditional model: [C, H, W]."""
    own = shown.latents.at(selection)
    commonest = None if own.labels is None else np.bincount(own.labels).argmax(0, keepdims=True)
    return cached.decoded(run, codes(run, own.mu.mean(0, keepdims=True, dtype=np.float64), commonest))[0]


def selection_gallery(run: LoadedRun, shown: MapImages, selection: NDArray[np.int64]) -> None:
    """All of them, ``PER_PAGE`` at a time."""
    pages = math.ceil(len(selection) / PER_PAGE)
    page = 1
    if pages > 1:  # a new selection begins at its first page
        page = st.pagination(pages, key=f"map-page-{shown.split}-{len(selection)}-{selection[0]}-{selection[-1]}")
    first = (page - 1) * PER_PAGE
    places = selection[first : first + PER_PAGE]
    if not has_pictures(run, shown):
        st.caption(_(NO_PICTURES))
        return
    pixels, source = pixels_of(run, shown, places)
    text = _("{first:,} to {last:,} of {total:,}, {source}")
    last, total = first + len(places), len(selection)
    st.caption(text.format(first=first + 1, last=last, total=total, source=_(source)))
    pictures(
        [mean_thumbnail(shown, int(place), picture, source) for place, picture in zip(places, pixels, strict=True)],
        SELECTION_COLUMNS,
        "thumbnails",
    )


def mean_thumbnail(shown: MapImages, place: int, pixels: Pixels, source: str) -> Picture:
    """One image, its class or number under it."""
    number = shown.number(place)
    alt = _("{source} of image {number:,}").format(source=_(source), number=number)
    return Picture(pixels, shown.latents.class_name(place) or f"{number:,}", alt)
