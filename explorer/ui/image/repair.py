"""Repair of an image: inpainting of a masked part, and denoising."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.ui.image.denoise import repair_denoise
from explorer.ui.image.inpaint import repair_complete
from explorer.ui.image.subject import Subject

# What the control offers and what draws it.
REPAIRS: dict[str, Callable[[Subject], None]] = {
    "Complete": repair_complete,
    "Denoise": repair_denoise,
}


def image_repair(subject: Subject) -> None:
    """Draw the tab."""
    chosen = st.segmented_control(
        "Repair", list(REPAIRS), default=next(iter(REPAIRS)), required=True, key="repair", persist_state="session",
        label_visibility="collapsed",
    )  # fmt: skip
    REPAIRS[chosen](subject)
