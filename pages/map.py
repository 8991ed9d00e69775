"""Map: every image of the test split as a point; a click shows it."""

from __future__ import annotations

import streamlit as st

from explorer.latents import Latents
from explorer.projections import Projection
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.widgets.map_chart import map_chart
from explorer.ui.widgets.map_fit import map_fit
from explorer.ui.widgets.map_method import map_method
from explorer.ui.widgets.map_point import map_point
from explorer.ui.widgets.message import errors_shown

QUICK = "pca"


def page() -> None:
    """The whole page."""
    run = state.current_run()
    latents = cached.latents(run)
    left, right = st.columns([1, 4], vertical_alignment="bottom")
    with left:
        method = map_method()
    projection = cached.projection(run, method)
    with right:
        fitting = st.container()
    if projection is None:
        with fitting:
            map_fit(run, method)
        projection = cached.projection(run, QUICK)
    assert projection is not None
    with right:
        st.caption(
            f"{len(projection.points):,} of {len(latents):,} points. Click one to see its image; scroll to zoom."
        )
    chart_and_point(run, projection, latents, state.map_point(run))


@st.fragment
@errors_shown()
def chart_and_point(run: Run, projection: Projection, latents: Latents, marked: int | None) -> None:
    """The chart, and the image that was clicked on it; a click draws only these again."""
    with st.container(key="picture-first"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        chosen = map_chart(run, projection, latents, marked)
    with right, errors_shown():
        if chosen is None:
            st.caption("Click a point to see its image, its reconstruction and its neighbours.")
        else:
            map_point(run, latents, chosen)


with errors_shown():
    page()
