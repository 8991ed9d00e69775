"""The map itself; a click selects an image."""

from __future__ import annotations

from typing import Any

import streamlit as st

from explorer.latents import Latents
from explorer.projections import Projection
from explorer.runs import Run
from explorer.ui import state
from explorer.ui.figures_map import groups, map_figure

CONFIG = {"scrollZoom": True, "displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def map_chart(run: Run, projection: Projection, latents: Latents, marked: int | None) -> int | None:
    """Draw it; returns the index of the selected image, None where nothing is selected.

    ``marked`` was selected before the chart was drawn first. It must not change while the chart stands: a
    changed figure is drawn anew, and the visitor's zoom would be lost.
    """
    key = f"map-{run.name}-{projection.method}"

    def keep() -> None:
        """The selection outlives the chart: it stays when other pages are visited."""
        state.choose_map_point(run, clicked(st.session_state[key], latents))

    st.plotly_chart(
        map_figure(projection, latents, st.context.theme.type == "dark", marked),
        key=key,
        theme=None,
        on_select=keep,
        selection_mode="points",
        config=CONFIG,
        alt=f"Map of {len(latents):,} images, coloured by class",
    )
    return state.map_point(run)


def clicked(event: dict[str, Any], latents: Latents) -> int | None:
    """The image's index: the chart tells which point of which class's trace it is."""
    points = event["selection"]["points"]
    if not points:
        return None
    _, _, indices = groups(latents)[points[0]["curve_number"]]
    return int(indices[points[0]["point_index"]])
