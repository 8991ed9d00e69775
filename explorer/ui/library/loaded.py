"""What a loaded model was taken for: form, shape, latent size, what was assumed, and the readings that were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.base import significant
from explorer.images import Pixels
from explorer.importing import Conventions, distinct_pictures, form_title, reconstructions
from explorer.runs import ImportFacts, LoadedRun, find_run, load_run
from explorer.ui.common import Picture, cached, explore_button, pictures, plain

SHOWN_READINGS, SHOWN_IMAGES = 4, 6
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
    if not rows:
        return None
    side_by_side(run, rows)
    return readings(rows)


def taken_for(run: LoadedRun, facts: ImportFacts) -> str:
    """'The VAE of pytorch/examples: images of 28 x 28, grey, 20 latent dimensions.'"""
    channels, height, width = run.data.shape
    colour = "grey" if channels == 1 else "colour"
    title = plain(form_title(facts.form))
    sizes = f"images of {height} x {width}, {colour}, {run.model.options['latent']} latent dimensions."
    return f"{title[:1].upper()}{title[1:]}: {sizes}"


def side_by_side(run: LoadedRun, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw some images and what the best readings make of them; nothing where there was one, or without the images."""
    places = distinct_pictures(rows)[:SHOWN_READINGS]
    images = cached.images(run)
    if images is None or len(places) < 2:
        return
    st.caption("The first test images")
    row_of(images.pixels[:SHOWN_IMAGES], "test image")
    for place, made in zip(places, made_by(run, tuple(places), images.pixels[:SHOWN_IMAGES]), strict=True):
        st.caption(reading_label(rows[place]))
        row_of(made, "reconstruction")


@st.cache_data(max_entries=8, show_spinner="Trying the readings", hash_funcs=cached.BY_WEIGHTS)
def made_by(run: LoadedRun, places: tuple[int, ...], _pixels: Pixels) -> list[Pixels]:
    """What the readings at these places of the probe's table make of images."""
    assert run.config.imported is not None
    rows = run.config.imported.checks["probe"]
    return reconstructions(run, [rows[place] for place in places], _pixels)


def row_of(pixels: Pixels, what: str) -> None:
    """Draw images [N, C, H, W] in a row."""
    pictures([Picture(image, "", f"{what} {i + 1}") for i, image in enumerate(pixels)], SHOWN_IMAGES)


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
