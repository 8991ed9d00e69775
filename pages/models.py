"""Models: train one, bring images to train on, load one that was made elsewhere, keep one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from explorer.base import settings
from explorer.base.languages import N_, _
from explorer.ui.common import begin_linked, end_linked, errors_shown
from explorer.ui.library import data_part, load_part, own_part
from explorer.ui.train import train_on, train_part


def train_with(dataset: str) -> None:
    """Turn to the form of a training, with this data set in it."""
    train_on(dataset)
    st.session_state[PART] = "Train"


PART = "part"
PARTS: dict[str, Callable[[], None]] = {
    N_("Train"): train_part,
    N_("Data"): partial(data_part, train_with),
    N_("Load a model"): load_part,
    N_("Your models"): own_part,
}
if not settings().uploads:
    del PARTS["Data"]
if not settings().imports:
    del PARTS["Load a model"]
names = list(PARTS)
begin_linked(PART, names)
part = st.segmented_control(
    _("What to do"), names, format_func=_, key=PART, required=True, label_visibility="collapsed",
    persist_state="session",
)  # fmt: skip
end_linked(PART, names)
with errors_shown():
    PARTS[part or names[0]]()
