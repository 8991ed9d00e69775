"""The choice of the images that the map shows: a split of the data, or both."""

from __future__ import annotations

import streamlit as st

from explorer.maps.fits import NOUNS, MapSplit
from explorer.runs import LoadedRun
from explorer.ui.common import cached, state

SPLIT_TITLES: dict[MapSplit, str] = {"test": "Test", "train": "Train", "all": "All"}
SPLIT_HELP = "**Test**: images that were held out. **Train**: those that the model learned from. **All**: both."


def map_split(run: LoadedRun) -> MapSplit:
    """Draw the selector of what can be shown here."""
    offered = cached.splits(run)
    state.keep_to(offered)
    return st.selectbox(
        "Images",
        offered,
        format_func=SPLIT_TITLES.__getitem__,
        key=state.MAP_SPLIT,
        help=f"{SPLIT_HELP} {missing(run, offered)}",
        persist_state="session",
        bind="query-params",
    )


def missing(run: LoadedRun, offered: list[MapSplit]) -> str:
    """Why other splits cannot be chosen."""
    if "train" in offered:
        return ""
    if not run.data.n_train:
        return "These latents came without a training split."
    return (
        f"The {NOUNS['train']} cannot be chosen: the data set {run.data.name} is not on this machine, and the "
        "run keeps only what it knows of the test images."
    )
