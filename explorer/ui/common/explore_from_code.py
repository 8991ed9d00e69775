"""From an image to the Explore page, standing at its posterior mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import PROJECT
from explorer.base.languages import _
from explorer.runs import LoadedRun
from explorer.ui.common import state


def explore_here(run: LoadedRun, code: NDArray[np.floating]) -> None:
    """Draw the button; a click carries the image's code (``explorer.inference.latent_space``) over."""
    clicked = st.button(
        _("Explore from here"),
        key="explore-here",
        icon=":material/explore:",
        width="stretch",
        help=_("Opens Explore with z at this image's μ."),
    )
    if clicked:
        state.set_z(run, code)
        # Without query_params Streamlit would clear the link, and refuses to for the picker's part of it.
        st.switch_page(PROJECT / "pages" / "explore.py", query_params={})
