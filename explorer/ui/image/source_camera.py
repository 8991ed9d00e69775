"""The camera as a source of images; it starts only when chosen."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.runs import LoadedRun
from explorer.ui.common import state

CAMERA_KEY = "camera"
CAMERA_WIDTH = 320  # pixels


def source_camera(run: LoadedRun) -> None:
    """Draw the camera; what it takes becomes the visitor's image, whatever the run."""
    st.camera_input(_("Camera"), key=CAMERA_KEY, on_change=take, label_visibility="collapsed", width=CAMERA_WIDTH)


def take() -> None:
    """The photograph becomes the visitor's image."""
    photograph = st.session_state[CAMERA_KEY]
    if photograph is not None:
        state.pick_image(N_("photograph"), photograph.getvalue())
