"""Files from the visitor's disk: one image, several, or a zip of them."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import _
from explorer.ui.image import uploads as brought

UPLOADS = "uploads"
DROP_WIDTH = 205  # pixels


def source_upload() -> None:
    """Draw where to drop files, or to choose them."""
    uploads = st.session_state.setdefault(UPLOADS, 0)
    key = f"upload-{uploads}"  # a new key empties the uploader once its files are taken over

    def take() -> None:
        """The files are brought, whatever they turn out to be."""
        if files := st.session_state[key]:
            brought.bring([(file.name, file.getvalue()) for file in files])
            st.session_state[UPLOADS] = uploads + 1

    st.html(f'<style>:root {{ --drop-words: "{_("or drop it here")}" }}</style>')
    with st.container(key="image-drop", width=DROP_WIDTH):
        st.file_uploader(
            _("Your images"), key=key, on_change=take, accept_multiple_files=True, label_visibility="collapsed"
        )
