"""The choice of the images that the map shows: a split of the data, or both."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _, joined
from explorer.maps.fits import MapSplit
from explorer.runs import LoadedRun
from explorer.ui.common import cached, choice_in_link, state

SPLIT_TITLES: dict[MapSplit, str] = {"test": N_("Test"), "train": N_("Train"), "all": N_("All")}
SPLIT_HELP = N_("**Test**: images that were held out. **Train**: those that the model learned from. **All**: both.")


def map_split(run: LoadedRun) -> MapSplit:
    """Draw the selector of what can be shown here."""
    offered = cached.splits(run)
    with choice_in_link(state.MAP_SPLIT, offered):
        chosen: MapSplit = st.selectbox(
            _("Images"),
            offered,
            format_func=lambda split: _(SPLIT_TITLES[split]),
            key=state.MAP_SPLIT,
            help=joined(_(SPLIT_HELP), missing(run, offered)),
            persist_state="session",
        )
    return chosen


def missing(run: LoadedRun, offered: list[MapSplit]) -> str:
    """Why other splits cannot be chosen."""
    if "train" in offered:
        return ""
    if not run.data.n_train:
        return _("These latents came without a training split.")
    text = _(
        "The training images cannot be chosen: the data set {name} is not on this machine, and the run keeps only what "
        "it knows of the test images."
    )
    return text.format(name=run.data.name)
