"""Images worth a look, worst first; a click on a row marks the image on the map."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.latents import Latents
from explorer.projections import Projection
from explorer.runs import Run
from explorer.suspects import RANKINGS, common_labels, rankings, worst
from explorer.ui import cached, state
from explorer.ui.widgets.map_point import both_pictures

LISTED = 50
ROWS_HIGH = 320  # pixels


def map_suspects(run: Run, projection: Projection, latents: Latents) -> None:
    """Draw the choice of a ranking, its table, and the marked image."""
    known = rankings(latents)
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
    st.caption(known[key].summary)
    scores = _scores(str(run.path), cached.version(run), projection.split, key, latents)
    suspects_table(run, latents, key, scores)
    marked = state.map_point(run)
    if marked is not None:
        both_pictures(run, latents, marked, columns=4)


@st.cache_resource(max_entries=32, show_spinner="Comparing neighbours")
def _scores(path: str, weights: str, split: str, key: str, _latents: Latents) -> NDArray[np.floating]:
    return RANKINGS[key].score(_latents)


def suspects_table(run: Run, latents: Latents, key: str, scores: NDArray[np.floating]) -> None:
    """The worst of a ranking."""
    indices = worst(scores, LISTED)
    table = f"map-suspects-{run.name}-{key}"

    def mark() -> None:
        rows = st.session_state[table]["selection"]["rows"]
        state.choose_map_point(run, int(indices[rows[0]]) if rows else None)
        state.move_map()

    st.dataframe(
        columns(latents, key, indices, scores[indices]),
        key=table,
        on_select=mark,
        selection_mode="single-row",
        hide_index=True,
        height=ROWS_HIGH,
    )


def columns(
    latents: Latents, key: str, indices: NDArray[np.int64], scores: NDArray[np.floating]
) -> dict[str, list[Any]]:
    """What the table says of each image."""
    ranking = RANKINGS[key]
    table: dict[str, list[Any]] = {"image": indices.tolist()}
    if latents.labels is not None:
        table["class"] = [latents.class_name(int(index)) for index in indices]
    if ranking.labelled:
        table["neighbours' class"] = [latents.label_name(int(label)) for label in common_labels(latents, indices)]
    table[ranking.column] = [float(f"{score:.3g}") for score in scores]
    return table
