"""Map: every image of the test split as a point, its thumbnail under the pointer, selections and suspects."""

from __future__ import annotations

import streamlit as st

from explorer.latents import Latents
from explorer.map_options import MapOptions
from explorer.projections import Projection, projection_spec
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.live import rerun_on_demand
from explorer.ui.map import warm_map
from explorer.ui.widgets.map_chart import map_chart
from explorer.ui.widgets.map_colour import map_colour
from explorer.ui.widgets.map_find import map_find
from explorer.ui.widgets.map_fit import POLL_S, being_fitted, map_fit, stopped
from explorer.ui.widgets.map_method import chosen_method, map_method
from explorer.ui.widgets.map_options import map_options
from explorer.ui.widgets.map_panel import map_panel
from explorer.ui.widgets.map_quality import map_quality
from explorer.ui.widgets.message import errors_shown

QUICK = "pca"


@errors_shown()
def page(polling: bool) -> None:
    """The whole page; whatever is clicked on it draws only it again."""
    run = state.current_run()
    latents = cached.latents(run)
    first, second, third, fourth = st.columns([2, 1.2, 2, 2.4], vertical_alignment="bottom")
    with first:
        method = map_method()
    with second:
        options = map_options(run, method, latents)
    with third:
        colour = map_colour(run, latents)
    with fourth:
        map_find(run, latents)
    with st.container(key="picture-first"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        chart, words = st.container(), st.container()
        with words:
            projection = shown(run, method, options, latents)
        with chart:
            map_chart(run, projection, latents, colour)
    with right:
        map_panel(run, projection, latents)
    if being_fitted(run, method, options) != polling:
        st.rerun()  # once, so that the page looks again each second, or no longer does; all widgets are drawn by now


def shown(run: Run, method: str, options: MapOptions, latents: Latents) -> Projection:
    """The map of this method, as far as it is fitted, or the quick one before that; lines below say what is seen."""
    projection = cached.projection(run, method, options)
    forming = None if projection is not None else map_fit(run, method, options)
    seen = projection or forming or cached.projection(run, QUICK)
    assert seen is not None
    spec = projection_spec(seen.method)
    st.caption(f"**{len(seen.points):,} of {len(latents):,} points.** {spec.title}: {spec.summary}.")
    if forming is None:
        map_quality(cached.quality(run, seen), len(latents))
    if seen.facts.stopped:
        stopped(run, seen)
    return seen


def fitting() -> bool:
    """Whether the map that was last chosen is being fitted."""
    run, method = state.current_run(), chosen_method()
    return being_fitted(run, method, state.map_options(run, method))


warm_map()
with errors_shown():
    polling = fitting()
    st.fragment(page, run_every=POLL_S if polling else None)(polling)
rerun_on_demand()
