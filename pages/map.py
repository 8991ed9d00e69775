"""Map: every image of a split as a point, its thumbnail under the pointer, selections and outliers."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import _
from explorer.inference import latents_lack
from explorer.ui.common import cached, errors_shown, places, state
from explorer.ui.components.live import rerun_on_demand
from explorer.ui.components.map import warm_map
from explorer.ui.map import (
    FIT_POLL_S,
    being_fitted,
    chosen_method,
    map_chart,
    map_colour,
    map_find,
    map_method,
    map_options,
    map_panel,
    map_seen,
    map_split,
    map_trust,
)


@errors_shown()
def page(polling: bool) -> None:
    """The whole page; whatever is clicked on it draws only it again."""
    run = state.current_run()
    if lack := latents_lack(run):
        raise lack
    st.toggle(_("Map settings"), key="map-settings")  # on a phone, where what it shows is folded away (style.css)
    with st.container(key="map-controls"):
        first, second, third, fourth, fifth = st.columns([1.2, 1.8, 1.6, 1.8, 2.1], vertical_alignment="bottom")
    with st.container(key="picture-first"):
        left, right = st.columns([8, 5], gap="medium")
    with left:
        chart, words = st.container(), st.container()
    with first:
        split = map_split(run)
    with second:
        method = map_method()
    with words:
        whole = cached.map_images(run, split)
    with third:
        options = map_options(run, method, whole.latents)
    shown = cached.map_images(run, split, options)
    with fourth:
        colour = map_colour(run, shown)
    with fifth:
        map_find(run, shown)
    with words:
        projection, forming = map_seen(run, method, options, shown)
    with chart:
        map_chart(run, projection, shown, colour)
    with right:
        map_panel(run, projection, shown)
    under_way = being_fitted(run, method, options, split)
    if not (forming or under_way):
        with words:
            map_trust(run, projection, shown)
    if under_way != polling:
        st.rerun()  # once, so that the page looks again each second, or no longer does; all widgets are drawn by now


def fitting() -> bool:
    """Whether the map that was last chosen is being fitted."""
    run, method = state.current_run(), chosen_method()
    return being_fitted(run, method, state.map_options(run, method), state.map_split())


warm_map()
(place,) = places(1)
with place, errors_shown():
    polling = fitting()
    st.fragment(page, run_every=FIT_POLL_S if polling else None)(polling)
rerun_on_demand()
