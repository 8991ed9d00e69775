"""Clicks that change what is listed: the error of the last one is shown beside what it was about."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer.base import ExplorerError
from explorer.ui.common import show_error


def attempt(key: str, name: str, does: Callable[..., None], *arguments: object) -> None:
    """Do something to what is called ``name``; its error is kept under ``key`` for the next drawing."""
    try:
        does(*arguments)
    except ExplorerError as error:
        st.session_state[key] = (name, error)


def errors_of_attempts(key: str) -> Callable[[str], None]:
    """What draws the error of the last attempt below the one that it was about; to be called with each name once."""
    failed, problem = st.session_state.pop(key, (None, None))

    def show(name: str) -> None:
        if name == failed and problem is not None:
            show_error(problem)

    return show
