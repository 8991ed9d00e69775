"""One image of the map: original, reconstruction, posterior, ELBO, neighbours."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant
from explorer.base.languages import _, joined
from explorer.inference import Latents
from explorer.inference.likelihood import LEAST_FOR_PERCENTILE
from explorer.maps.fits import MapImages
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import (
    NO_ELBO,
    Picture,
    cached,
    explore_here,
    neighbours,
    pictures,
    plain,
    posterior,
    standing,
)


def map_point(run: LoadedRun, shown: MapImages, index: int) -> None:
    """Draw the panel of the image at a place of the map."""
    latents = shown.latents
    name, values, number = latents.class_name(index), latents.values, shown.number(index)
    st.markdown(" · ".join(filter(None, (heading(name, number), plain(own_name(run, shown, index))))))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        both_pictures(run, shown, index)
    with right:
        point_numbers(run, shown, index)
        if run.model.decodes:
            explore_here(run, shown.codes(run, np.array([index]))[0])
    neighbours(run, shown, latents.mu[index], own=index)
    sigma = np.exp(0.5 * values.logvar[index])
    posterior(values.mu[index], sigma, values.kl_nats[index], latents.order(), height=160)


def heading(name: str | None, number: int) -> str:
    """An image's class, where there are classes, and its number."""
    image = _("image {number:,}").format(number=number)
    return f"**{image}**" if name is None else f"**{_('class {name}').format(name=plain(name))}** · {image}"


def own_name(run: LoadedRun, shown: MapImages, index: int) -> str:
    """The name of an image's file, or of the emoji; "" where it has none, or the images are not here."""
    originals = cached.originals_of(run, shown)
    names = None if originals is None else originals.names()
    return "" if names is None else names[index]


def both_pictures(run: LoadedRun, shown: MapImages, index: int, columns: int = 2) -> None:
    """Original beside reconstruction; where the data is not here, or no decoder, only what there is, saying so."""
    originals, places, number = cached.originals_of(run, shown), np.array([index]), shown.number(index)
    found = []
    if originals is not None:
        alt = _("original of image {number:,}").format(number=number)
        found.append(Picture(originals.pixels(places)[0], _("original"), alt))
    if run.model.decodes:
        decoded = cached.decoded(run, shown.codes(run, places))[0]
        alt = _("decoded from μ of image {number:,}").format(number=number)
        found.append(Picture(decoded, _("decoded from μ"), alt))
    if found:
        pictures(found, columns)
    if originals is None:
        help_text = _("The images are not on this machine; the run keeps only its latents.")
        st.caption(_("Original not here"), help=help_text)


def point_numbers(run: LoadedRun, shown: MapImages, index: int) -> None:
    """KL and -ELBO, or where there are none the reconstruction, with their rank among the images of the map."""
    among = _("It stands among the {n:,} {images}.").format(n=len(shown), images=shown.noun)
    for title, values, note in rows(run, shown.latents):
        value = float(values[index])
        st.markdown(
            f"{title} **{significant(value)} nats**  \n:small[{standing_of(values, index)}]", help=joined(note, among)
        )


def standing_of(values: NDArray[np.float32], index: int) -> str:
    """Where one of the images' values [N] stands among them."""
    if len(values) < LEAST_FOR_PERCENTILE:
        return standing(np.delete(values, index), values[index], "other image")
    return standing(values, values[index], "image")


def rows(run: LoadedRun, latents: Latents) -> list[tuple[str, NDArray[np.float32], str]]:
    """A figure shown for an image: its name, its value for each image [N] in nats, and a note."""
    kl_nats, found = latents.values.kl_nats.sum(1), []
    if latents.has_kl:
        note = _("How far this image's posterior lies from the prior: the price of its code.")
        found.append(("KL", kl_nats, note))
    if latents.has_nats:
        found.append(loss_row(run, latents))
    return found


def loss_row(run: LoadedRun, latents: Latents) -> tuple[str, NDArray[np.float32], str]:
    """As ``rows``: -ELBO or, where there is none, -reconstruction."""
    loss_nats = -latents.values.elbo_nats
    if not latents.has_kl:
        return _("-reconstruction"), loss_nats, joined(_("Lower is better."), _(NO_ELBO), nats_note(run))
    note = _("-ELBO = -reconstruction + KL, lower is better; z sampled once.")
    return "-ELBO", loss_nats, joined(note, nats_note(run))
