"""The tab Between: paths, attributes, analogies."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base.languages import N_, _
from explorer.ui.image.between_analogy import between_analogy
from explorer.ui.image.between_attribute import between_attribute
from explorer.ui.image.between_path import between_path
from explorer.ui.image.subject import Subject

MODES: dict[str, Callable[[Subject], None]] = {
    N_("Path"): between_path,
    N_("Attribute"): between_attribute,
    N_("Analogy"): between_analogy,
}


def image_between(subject: Subject) -> None:
    """Draw the tab: what to look at, and that."""
    mode = st.segmented_control(
        _("What"), list(MODES), default="Path", required=True, key="between-mode", label_visibility="collapsed",
        format_func=_, persist_state="session",
    )  # fmt: skip
    MODES[mode or "Path"](subject)
