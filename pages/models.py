"""Models: train one, load one that was made elsewhere, keep one's own."""

from __future__ import annotations

import streamlit as st

from explorer.base import settings
from explorer.ui.common import errors_shown
from explorer.ui.library import load_part, own_part
from explorer.ui.train import train_part

PARTS = {"Train": train_part, "Load a model": load_part, "Your models": own_part}
if not settings().imports:
    del PARTS["Load a model"]
FIRST = next(iter(PARTS))

part = st.segmented_control(
    "What to do", list(PARTS), default=FIRST, key="part", required=True, label_visibility="collapsed",
    persist_state="session", bind="query-params",
)  # fmt: skip
with errors_shown():
    PARTS[part or FIRST]()
