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
    run: Run, label: str = N_("Explore this model"), disabled: bool = False, width: Width = "stretch"
) -> None:
    """Draw it; a click puts the run into the picker and turns to the Explore page."""
    clicked = st.button(
        _(label),
        key=f"explore-{run.name}",
        type="primary",
        icon=":material/explore:",
        width=width,
        disabled=disabled,
    )
    if clicked:
        state.select_run(run.name)
        # without query_params Streamlit would clear the link, and refuses to for the picker's part of it
        st.switch_page(PROJECT / "pages" / "explore.py", query_params={})
