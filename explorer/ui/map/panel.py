"""The panel beside the map: one image, the selection, outliers, or the run's groups."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base.languages import N_, _
from explorer.maps.fits import MapImages, Projection
from explorer.runs import LoadedRun
from explorer.ui.common import errors_shown, state
from explorer.ui.map.groups import map_groups
from explorer.ui.map.outliers import map_outliers
from explorer.ui.map.point import map_point
from explorer.ui.map.selection import map_selection

Panel = Callable[[LoadedRun, Projection, MapImages], None]


def image(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """The marked image."""
    marked = shown.place(state.map_point(run, shown.split))
    if marked is None:
        st.caption(_("Click a point to see its image, its reconstruction and its neighbours."))
    else:
        map_point(run, shown, marked)


PANELS: dict[str, tuple[str, Panel]] = {
    "image": (N_("Image"), image),
    "selection": (N_("Selection"), map_selection),
    "outliers": (N_("Outliers"), map_outliers),
    "groups": (N_("Groups"), map_groups),
}


def map_panel(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """Draw the control and the panel that it names."""
    first = next(iter(PANELS))
    state.begin_map_panel(first)
    chosen = st.segmented_control(
        _("Beside the map"),
        list(PANELS),
        format_func=lambda key: _(PANELS[key][0]),
        key=state.MAP_PANEL,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    with errors_shown():
        PANELS[chosen or first][1](run, projection, shown)
