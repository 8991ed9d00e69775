"""A photograph of the moment: the camera starts when this source is chosen, and not before."""

from __future__ import annotations

import streamlit as st

from explorer.runs import LoadedRun
from explorer.ui.common import state

KEY = "camera"


def source_camera(run: LoadedRun) -> None:
    """Draw the camera; what it takes becomes the visitor's image, whatever the run."""
    st.camera_input("Camera", key=KEY, on_change=take, label_visibility="collapsed")


def take() -> None:
    """The photograph becomes the visitor's image."""
    photograph = st.session_state[KEY]
    if photograph is not None:
        state.pick_image("photograph", photograph.getvalue())
