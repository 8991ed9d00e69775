"""The nearest images by posterior mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.images import Pixels
from explorer.inference import Latents
from explorer.maps.fits import MapImages
from explorer.runs import LoadedRun
from explorer.ui.common import cached
from explorer.ui.common.picture_row import Picture, pictures

ORIGINAL, DECODED = N_("original"), N_("decoded")
NEIGHBOURS_SHOWN = 12
NEIGHBOUR_COLUMNS = 6
NO_PICTURES = N_("The images themselves are not here, and there is no decoder to draw them.")


def neighbours(run: LoadedRun, shown: MapImages, mu: NDArray[np.floating], own: int | None = None) -> None:
    """The ``NEIGHBOURS_SHOWN`` nearest of a map's images, nearest first; ``own`` is the image's own place, left out."""
    chosen, distances = nearest_others(shown.latents, mu, own)
    if not has_pictures(run, shown):
        st.caption(_(NO_PICTURES))
        return
    pixels, source = pixels_of(run, shown, chosen)
    sources = _("originals") if source == ORIGINAL else _("decoded (originals not here)")
    st.markdown(
        _("**{n} nearest {images}** · {sources}").format(n=len(chosen), images=shown.noun, sources=sources),
        help=_("Nearest by Euclidean distance between posterior means μ, in all latent dimensions; nearest first."),
    )
    found = [
        neighbour_picture(picture, shown.latents.class_name(int(place)), shown.number(place), float(distance), source)
        for picture, place, distance in zip(pixels, chosen, distances, strict=True)
    ]
    pictures(found, NEIGHBOUR_COLUMNS, "thumbnails")


def has_pictures(run: LoadedRun, shown: MapImages) -> bool:
    """Whether ``pixels_of`` has something to show: the images, or a decoder."""
    return run.model.decodes or cached.originals_of(run, shown) is not None


def pixels_of(run: LoadedRun, shown: MapImages, places: NDArray[np.int64]) -> tuple[Pixels, str]:
    """Pictures of some of a map's images, and what they are: ``ORIGINAL``, or ``DECODED`` where those are not here."""
    from explorer.inference import decode

    originals = cached.originals_of(run, shown)
    if originals is None:
        return decode(run, shown.codes(run, places)), DECODED
    return originals.pixels(places), ORIGINAL


def nearest_others(
    latents: Latents, mu: NDArray[np.floating], own: int | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Places of and distances to the ``NEIGHBOURS_SHOWN`` nearest of ``mu`` [K] except ``own``: [n] each."""
    nearest, distances = latents.nearest(mu, NEIGHBOURS_SHOWN + 1)
    others = np.flatnonzero(nearest != own)[:NEIGHBOURS_SHOWN]  # None differs from all
    return nearest[others], distances[others]


def neighbour_picture(pixels: NDArray[np.uint8], name: str | None, index: int, distance: float, source: str) -> Picture:
    """One neighbour, its class under it."""
    what = "" if name is None else _("class {name}").format(name=name)
    parts = [_(source), what, _("image {number:,}").format(number=index), _("distance {d:.3g}").format(d=distance)]
    return Picture(pixels, name or f"{index:,}", ", ".join(filter(None, parts)))
