"""What the map component is given: addresses of its binary parts, and a small JSON object (docs/map.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _, current_language
from explorer.images.thumbnails import SHEET_COLUMNS, thumbnail_size
from explorer.inference import Latents
from explorer.maps.fits import MapImages, MapSplit, Points, Projection, projection_spec
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, cached, nearest_others, state
from explorer.ui.components.map.colourings import Choice, Colouring, choices
from explorer.ui.components.map.component import pack
from explorer.ui.components.map.content import codes_content, facts_content, points_content, sheets_content
from explorer.ui.components.map.served import Content, offer, plotly_url

Which = tuple[LoadedRun, MapSplit, tuple[int, int] | None]  # a run, and which of its images


def map_payload(run: LoadedRun, projection: Projection, shown: MapImages, key: str, choice: Choice) -> dict[str, Any]:
    """The whole of it, for the visitor who is looking; coloured by ``choice``, whose key is ``key``."""
    marked = shown.place(state.map_point(run, shown.split))
    return {
        **drawn(run, projection, shown, key, choice),
        "marked": marked,
        "neighbours": neighbours(shown.latents, marked),
        "selection": mask_of(shown, state.map_selection(run, shown.split)),
        "stamp": state.map_stamp(),
        "out_of_sample": None,
        "alt": _("Map of {n:,} {images}; arrow keys go from image to image").format(n=len(shown), images=shown.noun),
    }


def drawn(run: LoadedRun, projection: Projection, shown: MapImages, key: str, choice: Choice) -> dict[str, Any]:
    """The part that is the same for all visitors: points, what is known of them, thumbnails and colours."""
    spec = projection_spec(projection.method)
    which = (run, shown.split, projection.options.subset)
    return {
        "plotly": plotly_url(),
        "points": {
            "url": offer(points_of(projection.points)),
            "n": len(projection.points),
            "method": projection.method,
            "axes": [_(axis) for axis in projection.axes],
            "labelled": spec.quick,  # the numbers of the others mean nothing
        },
        "facts": offer(_facts(*which, shown)),
        "sheets": sheets(run, shown, which),
        "colour": colours(shown, which, key, choice),
        "classes": shown.latents.classes,
    }


def beside(run: LoadedRun, projection: Projection, shown: MapImages, marks: state.Marks, stamp: int) -> dict[str, Any]:
    """The map of one of several runs, by class; what is marked on one of them is marked on all."""
    marked = shown.place(marks.marked)
    alt = _("Map of {n:,} {images} by {run}; arrow keys go from image to image")
    return {
        **drawn(run, projection, shown, *next(iter(choices(shown.latents).items()))),
        "marked": marked,
        "neighbours": neighbours(shown.latents, marked),
        "selection": mask_of(shown, marks.selected),
        "stamp": stamp,
        "out_of_sample": None,
        "alt": alt.format(n=len(shown), images=shown.noun, run=run.name),
    }


def landing(run: LoadedRun, projection: Projection, shown: MapImages, image: dict[str, Any]) -> dict[str, Any]:
    """The map with an ``image`` that was not fitted, described in docs/map.md, and nothing else marked or selected."""
    alt = _("Your image on the map of {n:,} {images}; arrow keys go from image to image")
    return {
        **drawn(run, projection, shown, *next(iter(choices(shown.latents).items()))),
        "marked": None,
        "neighbours": neighbours(shown.latents, None),
        "selection": None,
        "stamp": state.picks(),
        "out_of_sample": image,
        "alt": alt.format(n=len(shown), images=shown.noun),
    }


def points_of(points: Points) -> Content:
    """Where points lie; known by their bytes, so that a map that grows has a new address at each step."""
    return _points(cached.digest(points), points)


@st.cache_resource(max_entries=64, show_spinner=False)
def _points(digest: str, _points: Points) -> Content:
    return points_content(_points)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _facts(run: LoadedRun, split: str, subset: object, _shown: MapImages) -> Content:
    return facts_content(_shown)


def sheets(run: LoadedRun, shown: MapImages, which: Which) -> dict[str, Any]:
    """Where thumbnails are and how they lie on their sheets."""
    here = cached.originals_of(run, shown) is not None
    if not here and not run.model.decodes:
        return {"url": "", "count": 0, "columns": SHEET_COLUMNS, "width": 1, "height": 1, "source": ""}
    width, height = thumbnail_size(run.data.shape)
    content = _sheets(*which, here, shown)
    return {
        "url": offer(content),
        "count": content.parts,
        "columns": SHEET_COLUMNS,
        "width": width,
        "height": height,
        "source": _("original") if here else _("decoded"),
    }


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _sheets(run: LoadedRun, split: str, subset: object, originals: bool, _shown: MapImages) -> Content:
    return sheets_content(run, _shown, cached.originals_of(run, _shown) if originals else None)


def colours(shown: MapImages, which: Which, key: str, choice: Choice) -> dict[str, Any]:
    """What the colours of the points are and mean."""
    dark = st.context.theme.type == "dark"
    with st.spinner(_("Colouring the points")):
        found, content = _colours(*which, key, choice.stamp, dark, current_language(), shown.latents, choice)
    return {
        "key": key,
        "url": offer(content),
        "title": found.title,
        "palette": found.palette,
        "names": None if found.ticks else found.names,
        "marks": found.marks,
        "order": found.order,
        "ticks": found.ticks,
        "note": found.note,
    }


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _colours(
    run: LoadedRun,
    split: str,
    subset: object,
    key: str,
    stamp: str,
    dark: bool,
    language: str,
    _latents: Latents,
    _choice: Choice,
) -> tuple[Colouring, Content]:
    found = _choice.make(_latents, dark)
    return found, codes_content(found.codes)


def neighbours(latents: Latents, marked: int | None) -> dict[str, Any]:
    """The marked image's nearest in latent space."""
    if marked is None:
        return {"of": None, "indices": []}
    indices, _ = nearest_others(latents, latents.mu[marked], marked)
    return {"of": marked, "indices": indices.tolist()}


def mask_of(shown: MapImages, numbers: NDArray[np.int64] | None) -> str | None:
    """A selection as the component reads it."""
    return None if numbers is None else pack(np.isin(shown.numbers, numbers))
