"""The map itself; a click marks an image, a lasso or a box selects some."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.latents import Latents
from explorer.projections import Projection
from explorer.runs import Run
from explorer.ui import state
from explorer.ui.figures_map import Choice
from explorer.ui.map import latent_map
from explorer.ui.map.payload import payload


def map_chart(run: Run, projection: Projection, latents: Latents, colour: tuple[str, Choice]) -> None:
    """Draw it, coloured by ``colour``: a choice and its key."""

    def clicked(index: int | None) -> None:
        """What is marked outlives the map: it stays when other pages are visited."""
        state.choose_map_point(run, index)
        state.open_map_panel("image")

    def selected(mask: NDArray[np.bool_] | None) -> None:
        state.select_on_map(run, None if mask is None else np.flatnonzero(mask))
        state.open_map_panel("image" if mask is None else "selection")

    latent_map(f"map-{run.name}", payload(run, projection, latents, *colour), clicked, selected)
