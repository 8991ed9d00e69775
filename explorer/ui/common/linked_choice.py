"""A choice that the link of the page keeps, by its value: the same link leads to the same place in every language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import streamlit as st

LINKED = "linked-choices"  # what the link said last, by key


@contextmanager
def choice_in_link(key: str, values: Sequence[str]) -> Iterator[None]:
    """Around the widget ``key``, which draws a choice among the ``values``: the link keeps any but the first."""
    begin_linked(key, values)
    yield
    end_linked(key, values)


def begin_linked(key: str, values: Sequence[str]) -> None:
    """Before the choice is drawn: what the link says, if that is news; at first the first value.

    Links of earlier versions may have other capitals.
    """
    known = {value.casefold(): value for value in values}
    linked = known.get(st.query_params.get(key, "").casefold())
    if linked is not None and linked != said_last().get(key):
        st.session_state[key] = linked
    elif st.session_state.get(key) not in values:
        st.session_state[key] = values[0]


def end_linked(key: str, values: Sequence[str]) -> None:
    """After the choice is drawn: put it into the link, unless it is the first value."""
    chosen = st.session_state[key]
    said_last()[key] = chosen
    if chosen == values[0]:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != chosen:
        st.query_params[key] = chosen


def said_last() -> dict[str, str]:
    """What each link said last in this session."""
    said: dict[str, str] = st.session_state.setdefault(LINKED, {})
    return said
