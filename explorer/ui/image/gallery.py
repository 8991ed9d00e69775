"""Choice among several uploaded images; refused files are listed with the reason."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.base import duration
from explorer.ui.common import ImageButton, image_buttons, plain
from explorer.ui.image import uploads as brought


def gallery() -> None:
    """Draw it where there is more than one image."""
    place = st.empty()
    brought.open_waiting(partial(upload_progress, place))
    place.empty()
    several = brought.several()
    if several is None:
        return
    buttons = [
        ImageButton(f"brought-{i}", one.thumbnail, one.name, partial(brought.choose, i))
        for i, one in enumerate(several.pictures)
    ]
    if buttons:
        image_buttons("brought", buttons)
    refused(several)


def upload_progress(place: DeltaGenerator) -> brought.UploadProgress:
    """A bar with the time left; what it returns moves it."""
    bar, begun_s = place.progress(0.0, "Opening the images"), time.monotonic()

    def step(done: int, total: int) -> None:
        """So many are done."""
        left = duration((time.monotonic() - begun_s) * (total - done) / done)
        bar.progress(done / total, f"Opened {done:,} of {total:,}, {left} left")

    return step


def refused(several: brought.Several) -> None:
    """What could not be read and why, and how many files were not looked at."""
    if several.reasons:
        n = len(several.reasons)
        with st.expander(f"{n} refused", icon=":material/block:"):
            st.markdown("\n".join(f"- {plain(str(reason))}" for reason in several.reasons))
    if several.n_left:
        st.caption(f"{several.n_left:,} more files are not shown; the tab **Batch** takes them all.")
