"""The position of an image on the map of the test split, its confidence, and its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant
from explorer.base.languages import N_, _, translate_stored
from explorer.inference import Latents, Reconstruction
from explorer.maps import MAP_NEIGHBOURS, OutOfSamplePoints
from explorer.maps.fits import MapImages, Projection, projection_spec
from explorer.runs import LoadedRun
from explorer.ui.common import METHOD, best_map, cached, class_counts, errors_shown, neighbours
from explorer.ui.components.map import landing, latent_map
from explorer.ui.image.subject import Subject

PLACE_HELP = N_(
    "Your image was not among those that the map was made of: it is put where its nearest images by μ pull it, and "
    "nothing else moves. The ring is the wider the fewer of them stand around it on the map; lines lead to them. A "
    "dashed ring marks an image that is off the map: encoded farther from all others, or reconstructed worse, than "
    "nearly every image of the map."
)


OFF_EXACT = N_(
    "**Off the map.** This image is unlike every image of the map, so its spot is only where its μ falls on these two "
    "axes.  \nConfidence **0**"
)
OFF_MAP = N_(
    "**Off the map.** This image is unlike every image of the map, so its spot is only that of the nearest ones.  \n"
    "Confidence **0**"
)


def image_place(subject: Subject) -> None:
    """Draw the tab: the map, and beside it a sentence and the neighbours."""
    run, result, shown = subject.run, subject.result, cached.map_images(subject.run)
    with st.container(key="picture-first-place"):
        left, right = st.columns([7, 3], gap="large")
    landed = None
    with left, errors_shown():
        landed = on_map(run, shown, result)
    with right:
        if landed is not None:
            place_verdict(shown.latents, *landed)
        neighbours(run, shown, result.mu)


def on_map(run: LoadedRun, shown: MapImages, result: Reconstruction) -> tuple[Projection, OutOfSamplePoints]:
    """Draw the map with the image on it; returns the map and its place there."""
    projection = best_map(run)
    map_index = cached.map_index(run, projection, shown.latents)
    placed = map_index.place_out_of_sample(result.mu[None], np.array([result.reconstruction_nats]))
    place_chart(run, projection, shown, placed)
    map_caption(projection)
    return projection, placed


def place_chart(run: LoadedRun, projection: Projection, shown: MapImages, placed: OutOfSamplePoints) -> None:
    """The map with the image on it; a click there marks a point and changes nothing else."""
    latent_map(f"place-{run.name}", landing(run, projection, shown, first_point(placed)), ignore, ignore)


def first_point(placed: OutOfSamplePoints) -> dict[str, Any]:
    """The first of ``placed`` as the component reads it."""
    x, y = placed.points[0].tolist()
    return {
        "x": x,
        "y": y,
        "confidence": float(placed.confidence[0]),
        "neighbours": placed.neighbours[0].tolist(),
        "off_map": bool(placed.off_map[0]),
    }


def ignore(told: int | NDArray[np.bool_] | None) -> None:
    """Nothing follows from what the map tells."""


def map_caption(projection: Projection) -> None:
    """What the map is, and where a better one comes from."""
    spec = projection_spec(projection.method)
    wanted = projection_spec(METHOD).title
    text = _("**{n:,} test images.** {method}: {summary}.").format(
        n=len(projection.points), method=_(spec.title), summary=_(spec.summary)
    )
    if projection.method != METHOD:
        text += " " + _("There is no {method} of this model yet: the Map page makes one.").format(method=_(wanted))
    st.caption(text, help=_(PLACE_HELP))


def place_verdict(latents: Latents, projection: Projection, placed: OutOfSamplePoints) -> None:
    """How sure the place is, and of which classes the neighbours are."""
    st.markdown(place_sentence(projection, placed))
    if latents.labels is not None:
        st.caption(_("Classes of these {n}").format(n=placed.neighbours.shape[1]))
        class_counts(latents, placed.neighbours[0])


def place_sentence(projection: Projection, placed: OutOfSamplePoints) -> str:
    """What to make of the place of the first of ``placed``."""
    if placed.off_map[0]:
        exact = projection_spec(projection.method).exact is not None
        return _(OFF_EXACT if exact else OFF_MAP)
    confidence, k = float(placed.confidence[0]), placed.neighbours.shape[1]
    around = min(MAP_NEIGHBOURS, len(projection.points))
    text = _(
        "**{n} of its {k} nearest** in latent space are among the {around} nearest here.  \nConfidence **{confidence}**"
    ).format(n=round(confidence * k), k=k, around=around, confidence=significant(confidence))
    if not placed.unknown:
        return text
    unknown = _("Whether it belongs on the map is open. {reason}").format(reason=translate_stored(placed.unknown))
    return f"{text}  \n{unknown}"
