"""The map itself; a click marks an image, a lasso or a box selects some."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.maps.fits import MapImages, Projection
from explorer.runs import LoadedRun
from explorer.ui.common import state
from explorer.ui.components.map import Choice, latent_map, map_payload


def map_chart(run: LoadedRun, projection: Projection, shown: MapImages, colour: tuple[str, Choice]) -> None:
    """Draw it, coloured by ``colour``: a choice and its key."""

    def clicked(index: int | None) -> None:
        """Store the marked image in the session, so that it survives page changes."""
        state.choose_map_point(run, shown.split, None if index is None else shown.number(index))
        state.open_map_panel("image")

    def selected(mask: NDArray[np.bool_] | None) -> None:
        state.select_on_map(run, shown.split, None if mask is None else shown.numbers[mask])
        state.open_map_panel("image" if mask is None else "selection")

    key = f"map-{run.name}-{shown.split}-{projection.options.subset}"  # of other images is another map
    place, below = st.container(), st.container()
    with below:  # what takes a while is said here, so that the map is never moved by it
        given = map_payload(run, projection, shown, *colour)
    with place:
        latent_map(key, given, clicked, selected)
