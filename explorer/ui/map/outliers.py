"""Rankings of outliers, worst first; a click on a row marks the image on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.inference import Latents
from explorer.maps import RANKINGS, common_labels, neighbours_of, rankings, worst
from explorer.maps.fits import MapImages, Projection
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, cached, state
from explorer.ui.map.pixel_twins import TITLE, twins_by_pixels
from explorer.ui.map.point import both_pictures
from explorer.ui.map.ranking_table import LISTED, first_columns, ranking_table

PIXELS = "pixels"  # the ranking of twins by pixels, which needs no latents


def map_outliers(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """Draw the choice of a ranking, its table, and the marked image."""
    known = rankings(shown.latents)
    titles = {key: _(ranking.title) for key, ranking in known.items()}
    if cached.originals_of(run, shown) is not None:
        titles[PIXELS] = _(TITLE)
    chosen = st.segmented_control(
        _("Ranked by"),
        list(titles),
        default=next(iter(titles)),
        format_func=titles.__getitem__,
        key=f"map-ranking-{'-'.join(titles)}",
        label_visibility="collapsed",
        required=True,
    )
    key = chosen or next(iter(titles))
    if key == PIXELS:
        twins_by_pixels(run, shown)
    else:
        ranked(run, shown, projection.options.subset, key)


def ranked(run: LoadedRun, shown: MapImages, subset: object, key: str) -> None:
    """Draw the worst of the ranking ``key``, and the marked image."""
    ranking = RANKINGS[key]
    st.caption(_(ranking.summary), help=(nats_note(run) if ranking.of_nats else _(ranking.note)) or None)
    with st.spinner(_("Comparing neighbours")):
        scores = _outlier_scores(run, shown.split, subset, key, shown.latents)
    places = worst(scores, LISTED)
    table = f"map-outliers-{run.name}-{shown.split}-{subset}-{key}"
    ranking_table(run, shown, table, places, outlier_columns(shown, key, places, scores[places]))
    marked = shown.place(state.map_point(run, shown.split))
    if marked is not None:
        both_pictures(run, shown, marked, columns=4)
        if ranking.paired:
            both_pictures(run, shown, int(neighbours_of(shown.latents, np.array([marked]))[0, 0]), columns=4)


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _outlier_scores(run: LoadedRun, split: str, subset: object, key: str, _latents: Latents) -> NDArray[np.floating]:
    return RANKINGS[key].score(_latents)


def outlier_columns(
    shown: MapImages, key: str, places: NDArray[np.int64], scores: NDArray[np.floating]
) -> dict[str, list[Any]]:
    """What the table says of each image."""
    ranking, latents = RANKINGS[key], shown.latents
    table = first_columns(shown, places)
    if ranking.labelled:
        table[_("neighbours' class")] = [latents.label_name(int(label)) for label in common_labels(latents, places)]
    if ranking.paired and len(places):
        table[_("twin")] = shown.numbers[neighbours_of(latents, places)[:, 0]].tolist()
    table[_(ranking.column)] = [float(f"{score:.3g}") for score in scores]
    return table
