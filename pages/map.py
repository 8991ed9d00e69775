"""Map: every image of the test split as a point, its thumbnail under the pointer, selections and suspects."""

from __future__ import annotations

import streamlit as st

from explorer.latents import Latents
from explorer.projections import Projection, projection_spec
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.live import rerun_on_demand
from explorer.ui.map import warm_map
from explorer.ui.widgets.map_chart import map_chart
from explorer.ui.widgets.map_colour import map_colour
from explorer.ui.widgets.map_find import map_find
from explorer.ui.widgets.map_fit import map_fit
from explorer.ui.widgets.map_method import map_method
from explorer.ui.widgets.map_panel import map_panel
from explorer.ui.widgets.message import errors_shown

QUICK = "pca"


@st.fragment
@errors_shown()
def page() -> None:
    """The whole page; whatever is clicked on it draws only it again."""
    run = state.current_run()
    latents = cached.latents(run)
    left, middle, right = st.columns([2, 2, 3])
    with left:
        method = map_method()
    with middle:
        colour = map_colour(run, latents)
    with right:
        map_find(run, latents)
    with st.container(key="picture-first"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        chart, words = st.container(), st.container()
        with words:
            projection = shown(run, method, latents)
        with chart:
            map_chart(run, projection, latents, colour)
    with right:
        map_panel(run, projection, latents)


def shown(run: Run, method: str, latents: Latents) -> Projection:
    """The map of this method, or the quick one while it is being fitted; a line says what is seen."""
    projection = cached.projection(run, method)
    if projection is None:
        map_fit(run, method)
        projection = cached.projection(run, QUICK)
    assert projection is not None
    spec = projection_spec(projection.method)
    st.caption(f"**{len(projection.points):,} of {len(latents):,} points.** {spec.title}: {spec.summary}.")
    return projection


warm_map()
with errors_shown():
    page()
rerun_on_demand()
