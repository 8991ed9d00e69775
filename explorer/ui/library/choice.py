"""Which models are chosen in the table, by name: their places change with every search and every new run."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

CHOSEN = "library-chosen"


def chosen_names() -> list[str]:
    """The names of the models that are chosen; some may be gone, or not shown."""
    names: list[str] = st.session_state.get(CHOSEN, [])
    return names


def choose(names: Sequence[str]) -> None:
    """Have these models chosen, and no others."""
    st.session_state[CHOSEN] = list(names)
