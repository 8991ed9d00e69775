"""A table of images of the map; a click on a row marks the image."""

from __future__ import annotations

from typing import Any

import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.maps.fits import MapImages
from explorer.runs import LoadedRun
from explorer.ui.common import state

LISTED = 50
ROWS_HIGH = 320  # pixels


def ranking_table(
    run: LoadedRun, shown: MapImages, key: str, places: NDArray[Any], columns: dict[str, list[Any]]
) -> None:
    """Draw ``columns`` of the images at these places; ``key`` is the widget's own."""

    def mark() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        state.choose_map_point(run, shown.split, shown.number(places[rows[0]]) if rows else None)
        state.move_map()

    st.dataframe(columns, key=key, on_select=mark, selection_mode="single-row", hide_index=True, height=ROWS_HIGH)


def first_columns(shown: MapImages, places: NDArray[Any]) -> dict[str, list[Any]]:
    """The number of each image and, where there are classes, its class."""
    table: dict[str, list[Any]] = {_("image"): shown.numbers[places].tolist()}
    if shown.latents.labels is not None:
        table[_("class")] = [shown.latents.class_name(int(place)) for place in places]
    return table
