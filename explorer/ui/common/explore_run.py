"""From anywhere to the Explore page, with a run in the picker."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from explorer.base import PROJECT
from explorer.base.languages import N_, _
from explorer.runs import Run
from explorer.ui.common import state

Width = Literal["stretch", "content"]


def explore_button(
    run: Run | None,
    label: str = N_("Explore this model"),
    width: Width = "stretch",
    key: str = "",
    help: str | None = None,
) -> None:
    """Draw it; a click puts the run into the picker and turns to the Explore page. Without a run it is off."""
    clicked = st.button(
        _(label),
        key=key or f"explore-{run.name if run else ''}",
        type="primary",
        icon=":material/explore:",
        width=width,
        disabled=run is None,
        help=help,
    )
    if clicked and run is not None:
        state.select_run(run.name)
        # without query_params Streamlit would clear the link, and refuses to for the picker's part of it
        st.switch_page(PROJECT / "pages" / "explore.py", query_params={})
