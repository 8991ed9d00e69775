"""Display of errors to visitors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from explorer.base import ExplorerError


def show_error(error: ExplorerError) -> None:
    """Show the message and the hint of an error."""
    st.warning(f"**{plain(error.message)}** {plain(error.hint)}", icon=":material/info:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an ExplorerError where the block stands; the rest of the page goes on."""
    try:
        yield
    except ExplorerError as error:
        show_error(error)


def plain(text: str) -> str:
    """Text from outside (file names, say) without Markdown's meaning."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+!|~$:" else letter for letter in text)
