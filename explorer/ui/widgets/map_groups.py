"""The run's named groups: to be shown on the map, or deleted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.groups import Group, delete_group, groups_of
from explorer.latents import Latents
from explorer.projections import Projection
from explorer.runs import Run
from explorer.ui import state
from explorer.ui.widgets.message import errors_shown, plain


def map_groups(run: Run, projection: Projection, latents: Latents) -> None:
    """Draw the list of those of the split that is mapped."""
    groups = [group for group in groups_of(run) if group.split == projection.split]
    if not groups:
        st.caption("No groups yet. Select points on the map, then *Make a group*.")
    for number, group in enumerate(groups):
        line(run, group, number, len(latents))


def line(run: Run, group: Group, number: int, n: int) -> None:
    """One group: its name, its size, two buttons."""

    def show() -> None:
        indices = np.unique(np.array(group.indices, np.int64))
        state.select_on_map(run, indices[(indices >= 0) & (indices < n)])
        state.open_map_panel("selection")
        state.move_map()

    def delete() -> None:
        with errors_shown():
            delete_group(run, group.name)

    left, middle, right = st.columns([5, 2, 1], vertical_alignment="center")
    left.markdown(f"**{plain(group.name)}** · {len(group.indices):,} images")
    middle.button("Show", key=f"map-group-show-{number}", on_click=show, width="stretch")
    right.button("", key=f"map-group-delete-{number}", on_click=delete, icon=":material/delete:", help="Delete")
