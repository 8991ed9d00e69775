"""What stands in the place of the live decoder of a run that is made of latents alone."""

from __future__ import annotations

import streamlit as st

from explorer.base import PROJECT
from explorer.base.languages import _
from explorer.inference import lack_of
from explorer.runs import LoadedRun
from explorer.ui.common import show_error


def without_decoder(run: LoadedRun) -> None:
    """Say that there is no decoder, and offer the way to the map."""
    lack = lack_of(run, "decoder")
    assert lack is not None
    show_error(lack)
    st.page_link(PROJECT / "pages" / "map.py", label=_("Open the map"), icon=":material/scatter_plot:")
