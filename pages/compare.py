"""Compare: two to four runs side by side."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.ui.common import choice_in_link, errors_shown, places
from explorer.ui.compare import (
    compare_curves,
    compare_images,
    compare_maps,
    compare_measures,
    compare_runs,
    compare_walk,
    compared_how,
)
from explorer.ui.components.live import rerun_on_demand
from explorer.ui.components.map import warm_map

VIEWS = {
    N_("Images"): compare_images,
    N_("Walk"): compare_walk,
    N_("Maps"): compare_maps,
    N_("Curves"): compare_curves,
}
VIEW = "view"


def page() -> None:
    """What is compared and how at the top, the view that was chosen, and the measures below it."""
    left, right = st.columns([6, 4], gap="large", vertical_alignment="bottom")
    with left:
        sides = compare_runs()
    if len(sides) < 2:
        st.caption(_("Choose one to three other models above to see them beside this one."))
        return
    with right:
        view = chosen_view()
    compared_how(sides)
    picture, table = places(2)
    with picture:
        VIEWS[view](sides)
    with table, errors_shown():
        compare_measures(sides)


def chosen_view() -> str:
    """Draw the choice of what is shown of the runs."""
    names = list(VIEWS)
    with choice_in_link(VIEW, names):
        view = st.segmented_control(_("View"), names, format_func=_, key=VIEW, required=True, persist_state="session")
    return view or names[0]


warm_map()
with errors_shown():
    page()
rerun_on_demand()
