"""Files from the visitor's disk: one image, several, or a zip of them; or one of the pictures that ship."""

from __future__ import annotations

import streamlit as st

from explorer.images import MAX_BYTES, READABLE
from explorer.runs import LoadedRun
from explorer.ui.image import uploads as brought
from explorer.ui.image.examples import examples

UPLOADS = "uploads"
SOURCE_UPLOAD_HELP = (
    f"{READABLE}, or a zip of them; at most {MAX_BYTES // 2**20} MB a file. They are used for this page only and not "
    "kept."
)


def source_upload(run: LoadedRun) -> None:
    """Draw the uploader and the examples; they are the same for every run."""
    uploads = st.session_state.setdefault(UPLOADS, 0)
    key = f"upload-{uploads}"  # a new key empties the uploader once its files are taken over

    def take() -> None:
        """The files are brought, whatever they turn out to be."""
        if files := st.session_state[key]:
            brought.bring([(file.name, file.getvalue()) for file in files])
            st.session_state[UPLOADS] = uploads + 1

    st.file_uploader("Your images", key=key, on_change=take, accept_multiple_files=True, label_visibility="collapsed")
    st.caption("Images or a zip of them, or one of these:", help=SOURCE_UPLOAD_HELP)
    examples()
