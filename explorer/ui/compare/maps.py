"""Each run's map of the test images; what is marked or selected on one is marked on all that show the same images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.inference import latents_lack
from explorer.maps.fits import projection_spec
from explorer.measures import same_images
from explorer.ui.common import METHOD, best_map, cached, errors_shown, rerun_if_replaced, state
from explorer.ui.compare.images import IMAGES_COMPARED, reconstructions
from explorer.ui.compare.runs import Side, able, side_by_side
from explorer.ui.components.map import beside, latent_map

COMPARED_MAPS_HELP = N_(
    "Draw around points with the lasso or the box, or click one: the same images are shown on the other maps, and "
    "below, reconstructed by each. The neighbours of a clicked one are those in each model's own latent space."
)


@st.fragment
@errors_shown()
def compare_maps(sides: Sequence[Side]) -> None:
    """Draw the maps and, below, what is selected on them."""
    rerun_if_replaced(*(side.run for side in sides))
    st.caption(_("Select images on one map and find them on the others."), help=_(COMPARED_MAPS_HELP))
    sides = able(sides, latents_lack)
    across = 3 if len(sides) == 3 else 2
    with st.container(key="compare-maps"):
        for first in range(0, len(sides), across):
            columns = st.columns(across, gap="medium")
            for column, side in zip(columns, sides[first : first + across], strict=False):
                with column, errors_shown():
                    compared_map(side)
    for alike in side_by_side([side for side in sides if side.run.model.decodes]):
        chosen_images(alike)


def compared_map(side: Side) -> None:
    """One of the maps."""
    run, images = side.run, same_images(side.run)
    st.html(side.heading())
    shown, projection = cached.map_images(run), best_map(run)
    marks = state.compare_marks(images)

    def clicked(index: int | None) -> None:
        number = None if index is None else shown.number(index)
        state.mark_compared(run, images, replace(state.compare_marks(images), marked=number))

    def selected(mask: NDArray[np.bool_] | None) -> None:
        numbers = None if mask is None else shown.numbers[mask]
        state.mark_compared(run, images, replace(state.compare_marks(images), selected=numbers))

    data = beside(run, projection, shown, marks, state.compare_stamp(run))
    latent_map(f"compare-map-{run.name}", data, clicked, selected)
    spec = projection_spec(projection.method)
    text = _("{title} of {n:,} test images.")
    if projection.method != METHOD:
        text = _("{title} of {n:,} test images. The Map page makes a t-SNE of it.")
    st.caption(text.format(title=_(spec.title), n=len(shown)))


def chosen_images(sides: Sequence[Side]) -> None:
    """The marked image and the first of the selected ones, reconstructed by each run."""
    marks = state.compare_marks(same_images(sides[0].run))
    selected = np.array([], np.int64) if marks.selected is None else marks.selected
    alone = [] if marks.marked is None else [marks.marked]
    numbers = np.array([*alone, *selected[~np.isin(selected, alone)]], np.int64)[:IMAGES_COMPARED]
    if not len(numbers):
        return
    if len(selected) > IMAGES_COMPARED:
        text = _("{n} of the {total:,} selected images, decoded from μ.")
        st.caption(text.format(n=len(numbers), total=len(selected)))
    reconstructions(sides, numbers)
