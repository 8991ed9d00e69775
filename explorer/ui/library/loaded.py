"""What a loaded model was taken for: form, shape, latent size, what was assumed, and the readings that were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.base import significant
from explorer.importing import Conventions, form_title
from explorer.runs import ImportFacts, LoadedRun, find_run, load_run
from explorer.ui.common import explore_button, plain

READING = ("pixels", "posterior", "output")  # of ``Conventions``, in a row of the probe


def loaded_model(name: str) -> Conventions | None:
    """Draw it; the conventions of another reading where one was picked.

    Raises ExplorerError where the run is gone.
    """
    run = load_run(find_run(name))
    facts = run.config.imported or ImportFacts("run", ())
    st.markdown(f"**{plain(run.name)}**")
    st.markdown("\n".join(f"- {sentence}" for sentence in [taken_for(run, facts), *map(plain, facts.assumed)]))
    explore_button(run.run, "Explore it", width="content")
    rows = facts.checks.get("probe")
    return readings(rows) if rows else None


def taken_for(run: LoadedRun, facts: ImportFacts) -> str:
    """'The VAE of pytorch/examples: images of 28 x 28, grey, 20 latent dimensions.'"""
    channels, height, width = run.data.shape
    colour = "grey" if channels == 1 else "colour"
    title = plain(form_title(facts.form))
    sizes = f"images of {height} x {width}, {colour}, {run.model.options['latent']} latent dimensions."
    return f"{title[:1].upper()}{title[1:]}: {sizes}"


def readings(rows: Sequence[Mapping[str, Any]]) -> Conventions | None:
    """Draw the readings that were tried, the best first; one that is picked, to be imported in place of the first."""
    labels = [reading_label(row) for row in rows]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        place = st.selectbox("Read as", range(len(rows)), format_func=labels.__getitem__, help=READINGS_HELP)
    with right:
        picked = st.button("Read it so", disabled=place == 0)
    return Conventions(**{name: rows[place][name] for name in READING}) if picked else None


def reading_label(row: Mapping[str, Any]) -> str:
    """'pixels 0,1; posterior mu,logvar; output logits: error 0.0123'."""
    said = "; ".join(f"{name} {row[name]}" for name in READING)
    return f"{said}: error {significant(row['mse'])}"


READINGS_HELP = (
    "What its files leave open was tried on images; the error is the mean squared one of the reconstruction."
)
