"""State of a visitor's inpainting: the preset that each mask began with, and the last completions."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import streamlit as st

from explorer.image_lab.inpainting import Completion

PRESET_BY_IMAGE = "hole-by-image"
COMPLETED = "completed"


@dataclass(frozen=True)
class Completed:
    """Completions, what they are of, and the ``seed`` that they were made with."""

    of: Hashable
    found: list[Completion]
    seed: int


def hole_of(image: str) -> tuple[str | None, int]:
    """The preset that the mask of an image began with, None for the first one, and how many were chosen for it."""
    preset: tuple[str | None, int] = st.session_state.get(PRESET_BY_IMAGE, {}).get(image, (None, 0))
    return preset


def choose_mask(image: str, preset: str) -> None:
    """Begin the mask of an image again, with a preset."""
    st.session_state.setdefault(PRESET_BY_IMAGE, {})[image] = (preset, hole_of(image)[1] + 1)


def completed(of: Hashable) -> Completed | None:
    """The completions of what was completed last, if it was this."""
    kept: Completed | None = st.session_state.get(COMPLETED)
    return kept if kept is not None and kept.of == of else None


def keep_completed(found: Completed) -> None:
    """Keep completions until others take their place."""
    st.session_state[COMPLETED] = found
