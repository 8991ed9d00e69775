"""The run's named groups: to be shown on the map, or deleted."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer.base.languages import _
from explorer.maps import Group, delete_group, groups_of
from explorer.maps.fits import NOUNS, MapImages, Projection
from explorer.runs import LoadedRun
from explorer.ui.common import errors_shown, plain, state


def map_groups(run: LoadedRun, projection: Projection, shown: MapImages) -> None:
    """Draw the list of those of the split that is mapped."""
    kept = groups_of(run)
    groups = [group for group in kept if group.split == shown.split]
    if not groups:
        text = _("No groups of {images} yet. Select points on the map, then *Make a group*.")
        st.caption(text.format(images=_(NOUNS[shown.split])))
    for number, group in enumerate(groups):
        group_line(run, group, number, shown)
    if len(groups) < len(kept):
        text = _("{n} more of other images: choose those above the map to see them.")
        st.caption(text.format(n=len(kept) - len(groups)))


def group_line(run: LoadedRun, group: Group, number: int, shown: MapImages) -> None:
    """One group: its name, its size, two buttons."""

    def show() -> None:
        indices = np.unique(np.array(group.indices, np.int64))
        state.select_on_map(run, shown.split, indices[(indices >= 0) & (indices < shown.total)])
        state.open_map_panel("selection")
        state.move_map()

    def delete() -> None:
        with errors_shown():
            delete_group(run, group.name)

    left, middle, right = st.columns([5, 2, 1], vertical_alignment="center")
    size = _("{n:,} images").format(n=len(group.indices))
    left.markdown(f"**{plain(group.name)}** · {size}")
    middle.button(_("Show"), key=f"map-group-show-{number}", on_click=show, width="stretch")
    right.button("", key=f"map-group-delete-{number}", on_click=delete, icon=":material/delete:", help=_("Delete"))
