"""Draw an image by hand."""

from __future__ import annotations

import hashlib

import streamlit as st
from PIL import Image

from explorer.base.languages import N_, _
from explorer.runs import LoadedRun
from explorer.ui.common import state
from explorer.ui.components.canvas import canvas

DRAWING_SIDE = 280  # pixels of the sheet


def source_drawing(run: LoadedRun) -> None:
    """Draw the sheet; after each stroke what is on it becomes the visitor's image, whatever the run."""
    with st.container(key="drawing-sheet"):
        ink = canvas("drawing", mode="draw", shape=(DRAWING_SIDE, DRAWING_SIDE), label=_("Sheet of paper to draw on"))
    if ink is not None and state.first_time("drawing", hashlib.sha256(ink.tobytes()).hexdigest()):
        state.pick_image(N_("drawing"), Image.fromarray(ink))
