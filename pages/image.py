"""Image: the visitor's own picture, what the model makes of it, and how surprising it is."""

from __future__ import annotations

import streamlit as st

from explorer.class_codes import class_name
from explorer.latents import Latents
from explorer.reconstruction import Reconstruction
from explorer.runs import Run
from explorer.ui import cached, state
from explorer.ui.live import rerun_on_demand
from explorer.ui.map import warm_map
from explorer.ui.widgets.explore_here import explore_here
from explorer.ui.widgets.image_place import image_place
from explorer.ui.widgets.image_source import image_source
from explorer.ui.widgets.message import errors_shown, plain
from explorer.ui.widgets.model_input import model_input
from explorer.ui.widgets.posterior import posterior
from explorer.ui.widgets.reconstruction import empty_frames, reconstruction
from explorer.ui.widgets.surprise import surprise


def page() -> None:
    """Pictures at the left, where they come from at the right, the map below."""
    run = state.current_run()
    with st.container(key="picture-first"):
        left, right = st.columns([7, 3], gap="large")
    with right:
        picked = image_source()
        result = None
        if picked is not None and picked.image is not None:
            prepared = model_input(run, picked.image, picked.number)
            with errors_shown():
                result = cached.reconstruction(run, prepared.pixels)
                explore_here(run, result.code)
                guessed_class(run, result)
    with left:
        if picked is None or result is None:
            empty_frames()
        else:
            reconstruction(result, picked.name)
    if result is not None:
        shown = cached.map_images(run)
        with left:
            compared(run, result, shown.latents)
        image_place(run, shown, result)


def guessed_class(run: Run, result: Reconstruction) -> None:
    """Which class a class-conditional model took the image for."""
    if result.label is not None:
        name = plain(class_name(run, result.label))
        st.caption(f"Taken for class **{name}**: of all classes it has the highest ELBO.")


def compared(run: Run, result: Reconstruction, latents: Latents) -> None:
    """The image among those of the test split."""
    surprise(run, result, latents)
    posterior(result.mu, result.sigma, result.kl_per_dim, latents.order())


warm_map()
with errors_shown():
    page()
rerun_on_demand()
