"""What a loaded model was taken for: form, shape, latent size, what was assumed, and the readings that were tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from explorer.base import significant
from explorer.base.languages import N_, _, translate_stored
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
    st.markdown(
        "\n".join(
            f"- {sentence}" for sentence in [taken_for(run, facts), *map(plain, map(translate_stored, facts.assumed))]
        )
    )
    explore_button(run.run, _("Explore it"), width="content")
    rows = facts.checks.get("probe")
    if not rows:
        return None
    side_by_side(run, rows)
    return readings(rows)


def taken_for(run: LoadedRun, facts: ImportFacts) -> str:
    """'The VAE of pytorch/examples: images of 28 x 28, grey, 20 latent dimensions.'"""
    channels, height, width = run.data.shape
    title = plain(translate_stored(form_title(facts.form)))
    text = (
        _("{form}: images of {height} x {width}, grey, {latent} latent dimensions.")
        if channels == 1
        else _("{form}: images of {height} x {width}, colour, {latent} latent dimensions.")
    )
    form = f"{title[:1].upper()}{title[1:]}"
    return text.format(form=form, height=height, width=width, latent=run.model.options["latent"])


def side_by_side(run: LoadedRun, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw some images and what the best readings make of them; nothing where there was one, or without the images."""
    places = distinct_pictures(rows)[:SHOWN_READINGS]
    images = cached.images(run)
    if images is None or len(places) < 2:
        return
    st.caption(_("The first test images"))
    row_of(images.pixels[:SHOWN_IMAGES], _("test image {number}"))
    with st.spinner(_("Trying the readings")):
        by_reading = made_by(run, tuple(places), images.pixels[:SHOWN_IMAGES])
    for place, made in zip(places, by_reading, strict=True):
        st.caption(reading_label(rows[place]))
        row_of(made, _("reconstruction {number}"))


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs=cached.BY_WEIGHTS)
def made_by(run: LoadedRun, places: tuple[int, ...], _pixels: Pixels) -> list[Pixels]:
    """What the readings at these places of the probe's table make of images."""
    assert run.config.imported is not None
    rows = run.config.imported.checks["probe"]
    return reconstructions(run, [rows[place] for place in places], _pixels)


def row_of(pixels: Pixels, alt: str) -> None:
    """Draw images [N, C, H, W] in a row."""
    pictures([Picture(image, "", alt.format(number=i)) for i, image in enumerate(pixels, 1)], SHOWN_IMAGES)


def readings(rows: Sequence[Mapping[str, Any]]) -> Conventions | None:
    """Draw the readings that were tried, the best first; one that is picked, to be imported in place of the first."""
    labels = [reading_label(row) for row in rows]
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        place = st.selectbox(_("Read as"), range(len(rows)), format_func=labels.__getitem__, help=_(READINGS_HELP))
    with right:
        picked = st.button(_("Read it so"), disabled=place == 0)
    return Conventions(**{name: rows[place][name] for name in READING}) if picked else None


def reading_label(row: Mapping[str, Any]) -> str:
    """'pixels 0,1; posterior mu,logvar; output logits: error 0.0123'."""
    said = "; ".join(f"{name} {row[name]}" for name in READING)
    return _("{reading}: error {mse}").format(reading=said, mse=significant(row["mse"]))


READINGS_HELP = N_(
    "What its files leave open was tried on images; the error is the mean squared one of the reconstruction."
)
