"""Models: a table of all there are; beside it the forms to train one, to bring images, to load one made elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.base import settings
from explorer.base.languages import N_, _
from explorer.ui.common import choice_in_link, errors_shown
from explorer.ui.library import data_part, load_part, model_table
from explorer.ui.train import follow, train_on, train_part


def train_with(dataset: str) -> None:
    """Turn to the form of a training, with this data set in it."""
    train_on(dataset)
    st.session_state[PART] = "Train"


def watch(run: str) -> None:
    """Turn to the training of this run."""
    follow(run)
    st.session_state[PART] = "Train"


PART = "part"
PARTS: dict[str, Callable[[DeltaGenerator], None]] = {
    N_("Train"): train_part,
    N_("Data"): partial(data_part, train_with),
    N_("Load a model"): load_part,
}
if not settings().uploads:
    del PARTS["Data"]
if not settings().imports:
    del PARTS["Load a model"]
names = list(PARTS)

with st.container(key="picture-first-models"):
    table, form = st.columns([1.95, 1], gap="large")
below = st.container()
with table, errors_shown():
    model_table(watch)
with form:
    with choice_in_link(PART, names):
        part = st.segmented_control(
            _("What to do"), names, format_func=_, key=PART, required=True, label_visibility="collapsed",
            persist_state="session",
        )  # fmt: skip
    with errors_shown():
        PARTS[part or names[0]](below)
