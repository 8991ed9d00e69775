"""Models: train one, bring images to train on, load one that was made elsewhere, keep one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.base import settings
from explorer.ui.common import errors_shown
from explorer.ui.library import data_part, load_part, own_part
from explorer.ui.train import train_on, train_part


def train_with(dataset: str) -> None:
    """Turn to the form of a training, with this data set in it."""
    train_on(dataset)
    st.session_state["part"] = "Train"


PARTS: dict[str, Callable[[], None]] = {
    "Train": train_part,
    "Data": partial(data_part, train_with),
    "Load a model": load_part,
    "Your models": own_part,
}
if not settings().uploads:
    del PARTS["Data"]
if not settings().imports:
    del PARTS["Load a model"]
FIRST = next(iter(PARTS))

part = st.segmented_control(
    "What to do", list(PARTS), default=FIRST, key="part", required=True, label_visibility="collapsed",
    persist_state="session", bind="query-params",
)  # fmt: skip
with errors_shown():
    PARTS[part or FIRST]()
