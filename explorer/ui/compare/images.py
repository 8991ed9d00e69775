"""The same test images, reconstructed by each run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.inference import Latents
from explorer.measures import data_of, stratified_numbers
from explorer.runs import LoadedRun
from explorer.ui.common import cached, errors_shown, rerun_if_replaced, state
from explorer.ui.compare.rows import Row, compare_rows
from explorer.ui.compare.runs import Side, able, images_lack, side_by_side

IMAGES_COMPARED = 12
IMAGES_HELP = N_(
    "Each run's reconstruction is decoded from its posterior mean μ. The MSE is of the images that are shown."
)


@st.fragment
@errors_shown()
def compare_images(sides: Sequence[Side]) -> None:
    """Draw a sample of the test images, class by class, and a button for other ones."""
    rerun_if_replaced(*(side.run for side in sides))
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    left.caption(_("Test images and what each model makes of them, decoded from μ."), help=_(IMAGES_HELP))
    if right.button(_("Other images"), icon=":material/casino:", width="stretch"):
        state.next_compare_seed()
    for alike in side_by_side(able(sides, images_lack)):
        latents = cached.latents(alike[0].run)
        reconstructions(alike, stratified_numbers(latents.labels, len(latents), IMAGES_COMPARED, state.compare_seed()))


def reconstructions(sides: Sequence[Side], numbers: NDArray[np.int64]) -> None:
    """The originals of these test images, where they are here, above each run's reconstructions."""
    first, facts = sides[0].run, data_of(sides[0].run)
    images = cached.images(first)
    rows = []
    if images is None:
        text = _("The data set {name} is not on this machine, so the originals cannot be shown.")
        st.caption(text.format(name=facts.name))
    else:
        rows.append(Row(f"<div>{_('original')}</div>", list(images.pixels[numbers]), _("original")))
    rows += [reconstructed(side, numbers) for side in sides]
    compare_rows(rows, tops(cached.latents(first), numbers))


def reconstructed(side: Side, numbers: NDArray[np.int64]) -> Row:
    """One run's row."""
    latents = cached.latents(side.run)
    mse = float(latents.values.mse[numbers].mean(dtype=np.float64))
    heading = side.heading(f"MSE {significant(mse)}")
    pixels = cached.decoded(side.run, codes_at(side.run, numbers))
    return Row(heading, list(pixels), _("{run}, decoded from μ").format(run=side.run.name))


def codes_at(run: LoadedRun, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """What the run's decoder takes for these test images."""
    return cached.map_images(run).codes(run, numbers)


def tops(latents: Latents, numbers: NDArray[np.int64]) -> list[str]:
    """What stands above the pictures: their classes, else their numbers."""
    return [latents.class_name(int(number)) or f"{number:,}" for number in numbers]
