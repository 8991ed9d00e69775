"""A download button whose file is made on click."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def download(label: str, name: str, kind: str, make: Callable[[], bytes]) -> None:
    """Draw the button; the file, of MIME type ``kind``, is made when it is clicked, and nothing else happens."""
    st.download_button(label, make, name, kind, on_click="ignore", icon=":material/download:", width="stretch")
