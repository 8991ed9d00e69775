"""Rankings of outliers, worst first; a click on a row marks the image on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.inference import Latents
from explorer.maps import RANKINGS, common_labels, neighbours_of, rankings, worst
from explorer.maps.fits import MapImages, Projection
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, state
from explorer.ui.map.point import both_pictures

LISTED = 50
ROWS_HIGH = 320  # pixels


def map_outliers(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """Draw the choice of a ranking, its table, and the marked image."""
    known = rankings(shown.latents)
    chosen = st.segmented_control(
        "Ranked by",
        list(known),
        default=next(iter(known)),
        format_func=lambda key: known[key].title,
        key=f"map-ranking-{len(known)}",
        label_visibility="collapsed",
        required=True,
    )
    key = chosen or next(iter(known))
    st.caption(known[key].summary, help=nats_note(run) if key == "elbo" else None)
    subset = projection.options.subset
    scores = _outlier_scores(run, shown.split, subset, key, shown.latents)
    outliers_table(run, shown, f"map-outliers-{run.name}-{shown.split}-{subset}-{key}", key, scores)
    marked = shown.place(state.map_point(run, shown.split))
    if marked is not None:
        both_pictures(run, shown, marked, columns=4)
        if known[key].paired:
            both_pictures(run, shown, int(neighbours_of(shown.latents, np.array([marked]))[0, 0]), columns=4)


@st.cache_resource(max_entries=32, show_spinner="Comparing neighbours", hash_funcs=BY_WEIGHTS)
def _outlier_scores(run: LoadedRun, split: str, subset: object, key: str, _latents: Latents) -> NDArray[np.floating]:
    return RANKINGS[key].score(_latents)


def outliers_table(run: LoadedRun, shown: MapImages, table: str, key: str, scores: NDArray[np.floating]) -> None:
    """The worst of the ranking ``key``; ``table`` is the widget's own key."""
    places = worst(scores, LISTED)

    def mark() -> None:
        rows = st.session_state[table]["selection"]["rows"]
        state.choose_map_point(run, shown.split, shown.number(places[rows[0]]) if rows else None)
        state.move_map()

    st.dataframe(
        outlier_columns(shown, key, places, scores[places]),
        key=table,
        on_select=mark,
        selection_mode="single-row",
        hide_index=True,
        height=ROWS_HIGH,
    )


def outlier_columns(
    shown: MapImages, key: str, places: NDArray[np.int64], scores: NDArray[np.floating]
) -> dict[str, list[Any]]:
    """What the table says of each image."""
    ranking, latents = RANKINGS[key], shown.latents
    table: dict[str, list[Any]] = {"image": shown.numbers[places].tolist()}
    if latents.labels is not None:
        table["class"] = [latents.class_name(int(place)) for place in places]
    if ranking.labelled:
        table["neighbours' class"] = [latents.label_name(int(label)) for label in common_labels(latents, places)]
    if ranking.paired and len(places):
        table["twin"] = shown.numbers[neighbours_of(latents, places)[:, 0]].tolist()
    table[ranking.column] = [float(f"{score:.3g}") for score in scores]
    return table
