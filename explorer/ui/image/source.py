"""Where an image comes from.

To add a source: a file beside this one with a function that draws it, and one line in ``SOURCES``.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.runs import LoadedRun
from explorer.ui.common import errors_shown, show_error, state
from explorer.ui.components.paste import paste
from explorer.ui.image import uploads as brought
from explorer.ui.image.gallery import gallery
from explorer.ui.image.image_link import read_link, write_link
from explorer.ui.image.source_camera import source_camera
from explorer.ui.image.source_drawing import source_drawing
from explorer.ui.image.source_test_images import source_test_images
from explorer.ui.image.source_upload import source_upload

SOURCE_KEY = "image-source"
# The name in the control, and what draws it.
SOURCES: dict[str, Callable[[LoadedRun], None]] = {
    "Upload": source_upload,
    "Camera": source_camera,
    "Draw": source_drawing,
    "Data set": source_test_images,
}


def image_source(run: LoadedRun) -> state.PickedImage | None:
    """Draw the sources, of them the chosen one; returns the opened image, None where there is none (yet)."""
    read_link(run)
    with st.container(horizontal=True, gap="small", vertical_alignment="top", key="image-sources"):
        st.session_state.setdefault(SOURCE_KEY, next(iter(SOURCES)))
        source = st.segmented_control(
            "Where the image comes from",
            list(SOURCES),
            key=SOURCE_KEY,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        paste("paste-image", brought.bring)
    assert source is not None
    with errors_shown():
        SOURCES[source](run)
    gallery()
    write_link(run)
    return opened_source()


def opened_source() -> state.PickedImage | None:
    """The picked image; the reason is shown where it could not be opened."""
    picked = state.picked_image()
    if picked is None or picked.error is None:
        return picked
    show_error(picked.error)
    return None
