"""What stands beside the map: one image, what is selected, images worth a look, or the run's groups."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.map_images import MapImages
from explorer.projections import Projection
from explorer.runs import Run
from explorer.ui import state
from explorer.ui.widgets.map_groups import map_groups
from explorer.ui.widgets.map_point import map_point
from explorer.ui.widgets.map_selection import map_selection
from explorer.ui.widgets.map_suspects import map_suspects
from explorer.ui.widgets.message import errors_shown

Panel = Callable[[Run, Projection, MapImages], None]


def image(run: Run, projection: Projection, shown: MapImages) -> None:
    """The marked image."""
    marked = shown.place(state.map_point(run, shown.split))
    if marked is None:
        st.caption("Click a point to see its image, its reconstruction and its neighbours.")
    else:
        map_point(run, shown, marked)


PANELS: dict[str, tuple[str, Panel]] = {
    "image": ("Image", image),
    "selection": ("Selection", map_selection),
    "suspects": ("Suspects", map_suspects),
    "groups": ("Groups", map_groups),
}


def map_panel(run: Run, projection: Projection, shown: MapImages) -> None:
    """Draw the control and the panel that it names."""
    first = next(iter(PANELS))
    state.begin_map_panel(first)
    chosen = st.segmented_control(
        "Beside the map",
        list(PANELS),
        format_func=lambda key: PANELS[key][0],
        key=state.MAP_PANEL,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    with errors_shown():
        PANELS[chosen or first][1](run, projection, shown)
