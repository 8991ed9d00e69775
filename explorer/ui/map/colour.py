"""The choice of what the colours of the map show."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _, translate_stored
from explorer.datasets import Metadata
from explorer.maps.fits import MapImages
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import cached, errors_shown, plain
from explorer.ui.components.map import Choice, choices

COLOUR_HELP = N_("""\
**KL**: how far an image's posterior lies from the prior. **Reconstruction error**: mean squared error a pixel,
through μ. **ELBO**: higher is better. **z…**: μ in one dimension, the ones that carry most first. **Clusters**
are found in μ, in all dimensions, without looking at the map: as many as there are classes (k-means), or as many
dense groups as there are (HDBSCAN). Columns of a file of arrays, or of a
`metadata.csv` beside a folder's images, come after the class.
""")


def nats_help(run: LoadedRun) -> list[str]:
    """What the nats of an ELBO are, where there is one."""
    return [_("Of the ELBO: {note}").format(note=nats_note(run))] if run.model.variational else []


def map_colour(run: LoadedRun, shown: MapImages) -> tuple[str, Choice]:
    """Draw the selector; returns the choice and a key that it is known by."""
    metadata = Metadata((), ())
    with errors_shown():
        metadata = cached.metadata(run, shown)
    columns = metadata.columns
    latents = shown.latents
    known = choices(latents, columns)
    # what can be chosen depends on these
    key = f"map-colour-{latents.mu.shape[1]}-{latents.labels is not None}-{latents.has_kl}"
    key += "" if latents.has_nats else "-without-nats"
    key += "" if latents.has_error else "-without-error"
    if columns:
        key += f"-{run.name}"
    notes = [translate_stored(note) for note in metadata.notes]
    chosen = st.selectbox(
        _("Colour by"),
        list(known),
        format_func=lambda one: known[one].title,
        key=key,
        help="\n\n".join(
            (_(COLOUR_HELP), *nats_help(run), *(plain(translate_stored(note)) for note in metadata.notes))
        ),
        persist_state="session",
    )
    if notes and not columns:
        st.caption(plain("metadata.csv: " + " ".join(notes)))
    return chosen, known[chosen]
