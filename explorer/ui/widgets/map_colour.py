"""What the colours of the map mean."""

from __future__ import annotations

import streamlit as st

from explorer.latents import Latents
from explorer.ui.figures_map import choices

HELP = """\
**KL**: how far an image's posterior lies from the prior. **Reconstruction error**: mean squared error a pixel,
through μ. **ELBO**: higher is likelier. **z…**: μ in one dimension, the ones that carry most first. **Clusters**
are found in μ, in all dimensions, without looking at the map: as many as there are classes (k-means), or as many
dense groups as there are (HDBSCAN).
"""


def map_colour(latents: Latents) -> str:
    """Draw the selector; returns a key of ``choices``."""
    titles = {key: choice.title for key, choice in choices(latents).items()}
    key = f"map-colour-{latents.mu.shape[1]}-{latents.labels is not None}"  # what can be chosen depends on these
    return st.selectbox(
        "Colour by", list(titles), format_func=titles.__getitem__, key=key, help=HELP, persist_state="session"
    )
