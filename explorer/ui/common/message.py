"""Display of errors to visitors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from explorer.base import ExplorerError, Refusal
from explorer.base.languages import translate_stored
from explorer.runs import LoadedRun, WeightsReplacedError, weights_replaced


def show_error(error: ExplorerError | Refusal) -> None:
    """Show the message and the hint of an error, also of one that was said in English by another process."""
    message, hint = translate_stored(error.message), translate_stored(error.hint)
    st.warning(f"**{plain(message)}** {plain(hint)}", icon=":material/info:")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show an ExplorerError where the block stands; the rest of the page goes on.

    Weights that were replaced while the page was drawn are no error: it is drawn again with the new ones.
    """
    try:
        yield
    except WeightsReplacedError:
        st.rerun()
    except ExplorerError as error:
        show_error(error)


def rerun_if_replaced(*runs: LoadedRun) -> None:
    """Draw the page again, whole, where one of its runs has new weights: a fragment alone would not match the rest."""
    if any(map(weights_replaced, runs)):
        st.rerun()


def plain(text: str) -> str:
    """Text from outside (file names, say) without Markdown's meaning."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+!|~$:" else letter for letter in text)
