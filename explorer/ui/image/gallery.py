"""Choice among several uploaded images; refused files are listed with the reason."""

from __future__ import annotations

import time
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.base import duration
from explorer.base.languages import _, translate_stored
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
    bar, begun_s = place.progress(0.0, _("Opening the images")), time.monotonic()

    def step(done: int, total: int) -> None:
        """So many are done."""
        left = duration((time.monotonic() - begun_s) * (total - done) / done)
        text = _("Opened {done:,} of {total:,}, {duration} left")
        bar.progress(done / total, text.format(done=done, total=total, duration=left))

    return step


def refused(several: brought.Several) -> None:
    """What could not be read and why, and how many files were not looked at."""
    if several.reasons:
        n = len(several.reasons)
        with st.expander(_("{n} refused").format(n=n), icon=":material/block:"):
            st.markdown(
                "\n".join(
                    f"- {plain(translate_stored(reason.message))} {plain(translate_stored(reason.hint))}"
                    for reason in several.reasons
                )
            )
    if several.n_left:
        text = _("{n:,} more files are not shown; the tab **Batch** takes them all.")
        st.caption(text.format(n=several.n_left))
