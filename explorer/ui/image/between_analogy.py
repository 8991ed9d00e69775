"""Analogies a : b = c : ? between images, with the real image nearest to the answer."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer.base.languages import N_, _
from explorer.image_lab.paths import analogy
from explorer.images import Pixels, grid, to_png
from explorer.inference.latent_space import class_count, latent_size
from explorer.ui.common import ImageRef, Picture, cached, download, pictures, state
from explorer.ui.image.between_attribute import nearest_images
from explorer.ui.image.between_images import Station, station, still_there, suggested_images
from explorer.ui.image.between_offer import offer_images
from explorer.ui.image.between_save import as_json
from explorer.ui.image.subject import Subject

ANALOGY_LETTERS = ("a", "b", "c")
ANALOGY_HELP = N_(
    "z of the answer is z of c + z of b − z of a. In a class-conditional model the answer has the class of b if "
    "a and c have the same class, else that of c. The arithmetic often works for what varies smoothly, such as slant "
    "or weight of the stroke, and says little for what does not."
)


def between_analogy(subject: Subject) -> None:
    """Draw the three images with their choices, the answer and the real image next to it."""
    defaults = (*suggested_images(subject, 2), ImageRef("own"))
    st.markdown(_("**a is to b as c is to ?**"), help=_(ANALOGY_HELP))
    columns = st.columns(5, gap="medium")
    a, b, c = (
        one(subject, columns[i], letter, default)
        for i, (letter, default) in enumerate(zip(ANALOGY_LETTERS, defaults, strict=True))
    )
    code = analogy(a.code, b.code, c.code, latent_size(subject.run))
    answer = cached.decoded(subject.run, code[None])[0]
    title, cells = nearest_images(subject, code[None])
    real, alt = cells[0]
    with columns[3]:
        pictures([Picture(answer, _("decoded: c + b − a"), _("answer, decoded: c + b − a"))], 1)
    with columns[4]:
        pictures([Picture(real, title, alt)], 1)
    if class_count(subject.run):
        st.caption(_("The class is b's where a and c are of one class; else the answer keeps that of c."))
    save_analogy(subject, [a, b, c], code, [one.pixels for one in (a, b, c)] + [answer, real])


def one(subject: Subject, column: DeltaGenerator, letter: str, default: ImageRef) -> Station:
    """Draw one of the three and the way to another one."""
    place = f"analogy-{letter}-{subject.key}"

    def take(ref: ImageRef) -> None:
        state.choose_between_images(place, (ref,))

    found = station(subject, next(iter(still_there(state.between_images(place))), default))
    with column:
        pictures([Picture(found.pixels, f"{letter}: {found.title}", f"{letter}: {found.alt}")], 1)
        with st.popover(_("Choose {letter}").format(letter=letter), width="stretch"):
            offer_images(subject, place, take, with_own=True)
    return found


def save_analogy(subject: Subject, given: list[Station], code: NDArray[np.float32], shown: list[Pixels]) -> None:
    """Draw the buttons that save the row of pictures and the numbers."""
    name, latent = f"{subject.run.name}-analogy", latent_size(subject.run)

    def facts() -> bytes:
        z = {letter: one.code[:latent].tolist() for letter, one in zip(ANALOGY_LETTERS, given, strict=True)}
        names = {letter: one.name for letter, one in zip(ANALOGY_LETTERS, given, strict=True)}
        return as_json(subject.run, {"images": names, "z": {**z, "answer": code[:latent].tolist()}})

    left, right = st.columns([1, 1, 3])[:2]
    with left:
        download(_("Pictures"), f"{name}.png", "image/png", lambda: to_png(grid(shown, len(shown), gap=2), 4))
    with right:
        download("z", f"{name}.json", "application/json", facts)
