"""The live component along principal directions: of models that have too many dimensions for a slider each."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.inference import Latents
from explorer.inference.latent_space import FEW, Directions, View
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS

ALL_ALIKE = N_(
    "The sliders are z's own dimensions, {few} at first: principal directions are those of the posterior means of test "
    "images, and no two of them differ."
)
NO_MEANS = N_(
    "The sliders are z's own dimensions, {few} at first: principal directions are those of the posterior means of test "
    "images, and there are none."
)
SAME_Z = 1e-3  # rounding z to four decimals moves what is outside of the pad's plane by less


def directions_of(run: LoadedRun, latents: Latents) -> Directions | None:
    """The principal directions of the test split's mu; None for few dimensions, and where none is known to vary."""
    return None if latents.mu.shape[1] <= FEW else _directions(run, latents)


def without_directions(latents: Latents) -> str:
    """What is said where there are many dimensions and no directions."""
    text = ALL_ALIKE if len(latents) else NO_MEANS
    return _(text).format(few=FEW)


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _directions(run: LoadedRun, _latents: Latents) -> Directions | None:
    return _latents.directions()


def held_along(
    directions: Directions, z: NDArray[np.float32], view: View, before: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """``z`` with the pad's two coordinates at 0; ``before``, the same of a former z, where they hardly differ.

    The rest of z is the same while the hand moves on the pad, but for rounding: the grid is then not decoded anew.
    """
    axes = sorted({view.x, view.y})
    now = directions.moved(z, axes, np.zeros(len(axes)))
    if before is None or before.shape != now.shape or np.abs(now - before).max() >= SAME_Z:
        return now
    return before
