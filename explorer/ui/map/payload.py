"""What the map component is given: addresses of its binary parts, and a small JSON object (docs/map.md)."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.latents import Latents
from explorer.projections import Points, Projection, projection_spec
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.figures_map import Choice, Colouring, choices
from explorer.ui.map import pack
from explorer.ui.map.content import (
    COLUMNS,
    codes_content,
    facts_content,
    points_content,
    sheets_content,
    thumbnail_size,
)
from explorer.ui.map.served import Content, offer, plotly_url
from explorer.ui.widgets.neighbours import nearest_others


def payload(run: Run, projection: Projection, latents: Latents, key: str, choice: Choice) -> dict[str, Any]:
    """The whole of it, for the visitor who is looking; coloured by ``choice``, whose key is ``key``."""
    n, marked = len(projection.points), state.map_point(run)
    return {
        **drawn(run, projection, latents, key, choice),
        "marked": marked,
        "neighbours": neighbours(latents, marked),
        "selection": mask_of(state.map_selection(run), n),
        "stamp": state.map_stamp(),
        "newcomer": None,
        "alt": f"Map of {n:,} images; arrow keys go from image to image",
    }


def drawn(run: Run, projection: Projection, latents: Latents, key: str, choice: Choice) -> dict[str, Any]:
    """The part that is the same for all visitors: points, what is known of them, thumbnails and colours."""
    spec = projection_spec(projection.method)
    return {
        "plotly": plotly_url(),
        "points": {
            "url": offer(points_of(projection.points)),
            "n": len(projection.points),
            "method": projection.method,
            "axes": projection.axes,
            "labelled": spec.quick,  # the numbers of the others mean nothing
        },
        "facts": offer(_facts(str(run.path), cached.version(run), projection.split, latents)),
        "sheets": sheets(run, latents, projection),
        "colour": colours(run, latents, projection, key, choice),
        "classes": latents.classes,
    }


def landing(run: Run, projection: Projection, latents: Latents, newcomer: dict[str, Any]) -> dict[str, Any]:
    """The map with an image that was not fitted, described in docs/map.md, and nothing else marked or selected."""
    return {
        **drawn(run, projection, latents, *next(iter(choices(latents).items()))),
        "marked": None,
        "neighbours": neighbours(latents, None),
        "selection": None,
        "stamp": state.picks(),
        "newcomer": newcomer,
        "alt": f"Your image on the map of {len(projection.points):,} images; arrow keys go from image to image",
    }


def points_of(points: Points) -> Content:
    """Where points lie; known by their bytes, so that a map that grows has a new address at each step."""
    return _points(cached.digest(points), points)


@st.cache_resource(max_entries=64, show_spinner=False)
def _points(digest: str, _points: Points) -> Content:
    return points_content(_points)


@st.cache_resource(max_entries=16, show_spinner=False)
def _facts(path: str, weights: str, split: str, _latents: Latents) -> Content:
    return facts_content(_latents)


def sheets(run: Run, latents: Latents, projection: Projection) -> dict[str, Any]:
    """Where thumbnails are and how they lie on their sheets."""
    images = cached.images(run)
    width, height = thumbnail_size(run.facts()[1].shape)
    content = _sheets(str(run.path), cached.version(run), projection.split, images is not None, run, latents)
    return {
        "url": offer(content),
        "count": content.parts,
        "columns": COLUMNS,
        "width": width,
        "height": height,
        "source": "decoded" if images is None else "original",
    }


@st.cache_resource(max_entries=8, show_spinner=False)
def _sheets(path: str, weights: str, split: str, originals: bool, _run: Run, _latents: Latents) -> Content:
    return sheets_content(_run, _latents, cached.images(_run) if originals else None)


def colours(run: Run, latents: Latents, projection: Projection, key: str, choice: Choice) -> dict[str, Any]:
    """What the colours of the points are and mean."""
    dark = st.context.theme.type == "dark"
    here = (str(run.path), cached.version(run), projection.split)
    found, content = _colours(*here, key, choice.stamp, dark, latents, choice)
    return {
        "key": key,
        "url": offer(content),
        "title": found.title,
        "palette": found.palette,
        "names": None if found.ticks else found.names,
        "ticks": found.ticks,
        "note": found.note,
    }


@st.cache_resource(max_entries=64, show_spinner="Colouring the points")
def _colours(
    path: str, weights: str, split: str, key: str, stamp: str, dark: bool, _latents: Latents, _choice: Choice
) -> tuple[Colouring, Content]:
    found = _choice.make(_latents, dark)
    return found, codes_content(found.codes)


def neighbours(latents: Latents, marked: int | None) -> dict[str, Any]:
    """The marked image's nearest in latent space."""
    if marked is None:
        return {"of": None, "indices": []}
    indices, _ = nearest_others(latents, latents.mu[marked], marked)
    return {"of": marked, "indices": indices.tolist()}


def mask_of(selection: NDArray[np.int64] | None, n: int) -> str | None:
    """A selection as the component reads it."""
    if selection is None:
        return None
    mask = np.zeros(n, bool)
    mask[selection] = True
    return pack(mask)
