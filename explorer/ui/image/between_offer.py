"""Images to choose from for a path or an analogy."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from explorer.base import natural_key
from explorer.base.languages import N_, _
from explorer.images import png_data_url
from explorer.ui.common import ImageButton, ImageRef, cached, image_buttons, plain, state
from explorer.ui.image.between_images import brought_pictures, station
from explorer.ui.image.shipped_examples import address_of, shipped_examples
from explorer.ui.image.subject import Subject
from explorer.ui.image.uploads import Brought

OFFERED = 8
ANY = N_("any class")
Take = Callable[[ImageRef], None]


def offer_images(subject: Subject, place: str, take: Take, with_own: bool = False) -> None:
    """Draw images to click: test images of a class or by number, examples, and the visitor's own where wanted."""
    latents = cached.latents(subject.run)
    label = None
    if latents.labels is not None:
        chosen = st.selectbox(
            _("Test images of"), [ANY, *sorted(latents.classes, key=natural_key)], key=f"class-{place}",
            format_func=lambda name: _(ANY) if name == ANY else name,
        )  # fmt: skip
        label = -1 if chosen in (ANY, None) else latents.classes.index(chosen)
    numbers = np.arange(len(latents)) if label is None or label < 0 else np.flatnonzero(latents.labels == label)
    drawn = np.random.default_rng(state.turn(place)).permutation(numbers)[:OFFERED]
    image_buttons(f"test-{place}", [of_split(subject, place, number, take) for number in np.sort(drawn).tolist()])
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    last = len(latents) - 1
    number = left.number_input(_("By number, 0 to {last:,}").format(last=last), 0, last, key=f"number-{place}")
    ref = ImageRef("test", int(number))
    right.button(_("Take it"), key=f"take-{place}", on_click=take, args=(ref,), width="stretch")
    st.button(
        _("Other test images"), icon=":material/casino:", key=f"more-{place}", on_click=state.next_turn, args=(place,)
    )
    if shipped := offered_examples(subject, place, take):
        image_buttons(f"examples-{place}", shipped)
    if pictures := brought_pictures():
        image_buttons(f"brought-{place}", [of_visitor(place, one, take) for one in list(pictures.values())[:OFFERED]])
    if with_own:
        own = _("{name}, your image").format(name=plain(subject.title))
        st.button(own, key=f"own-{place}", on_click=take, args=(ImageRef("own"),))


def of_split(subject: Subject, place: str, number: int, take: Take) -> ImageButton:
    """A test image to click."""
    ref = ImageRef("test", number)
    one = station(subject, ref)
    return ImageButton(f"pick-{place}-{number}", png_data_url(one.pixels), one.alt, partial(take, ref))


def offered_examples(subject: Subject, place: str, take: Take) -> list[ImageButton]:
    """The pictures that ship and suit the run, to click."""
    return [
        ImageButton(
            f"pick-{place}-{path.stem}", address_of(path), path.name, partial(take, ImageRef("example", path.name))
        )
        for path in shipped_examples(subject.run)
    ]


def of_visitor(place: str, one: Brought, take: Take) -> ImageButton:
    """One of several pictures of the visitor's own, to click."""
    ref = ImageRef("brought", one.name)
    return ImageButton(f"pick-{place}-brought-{one.name}", one.thumbnail, one.name, partial(take, ref))
