"""Repair of an image: inpainting of a masked part, and denoising."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base.languages import N_, _
from explorer.ui.image.denoise import repair_denoise
from explorer.ui.image.inpaint import repair_complete
from explorer.ui.image.subject import Subject

# What the control offers and what draws it.
REPAIRS: dict[str, Callable[[Subject], None]] = {
    N_("Complete"): repair_complete,
    N_("Denoise"): repair_denoise,
}


def image_repair(subject: Subject) -> None:
    """Draw the tab."""
    chosen = st.segmented_control(
        _("Repair"), list(REPAIRS), default=next(iter(REPAIRS)), required=True, key="repair", persist_state="session",
        label_visibility="collapsed", format_func=_,
    )  # fmt: skip
    REPAIRS[chosen](subject)
