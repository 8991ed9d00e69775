"""The run's test images as a source: by number, by class, or at random."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import natural_key
from explorer.base.languages import N_, _
from explorer.datasets import Images
from explorer.images import png_data_url
from explorer.runs import LoadedRun
from explorer.ui.common import ImageButton, cached, image_buttons
from explorer.ui.image.image_link import not_here, pick_test_image

IMAGES_OFFERED = 12
OFFER_SEED = "test-images-seed"
ALL = N_("All")
CHOICE_WIDTH = 160  # pixels


def source_test_images(run: LoadedRun) -> None:
    """Draw the choices and a few images. Raises ExplorerError where the originals are not here."""
    images = cached.images(run)
    if images is None:
        raise not_here(run)
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        name = st.selectbox(
            _("Class"),
            [ALL, *sorted(images.classes, key=natural_key)],
            key=f"test-class-{run.name}",
            disabled=not images.classes,
            format_func=lambda name: _(ALL) if name == ALL else name,
            width=CHOICE_WIDTH,
        )
        by_number(run, len(images))
        others = _("Other images, by chance")
        st.button("", icon=":material/casino:", key="test-others", on_click=draw_others, help=others)
        numbers = drawn_numbers(images, name, st.session_state.get(OFFER_SEED, 0))
        image_buttons("test", [test_button("test", run, images, number) for number in numbers.tolist()])


def by_number(run: LoadedRun, n: int) -> None:
    """A box for the number of an image, one of ``n``."""
    key = f"test-number-{run.name}"

    def take() -> None:
        """The image of that number becomes the visitor's."""
        if st.session_state[key] is not None:
            pick_test_image(run, st.session_state[key])

    shown, place = _("0 to {last:,}").format(last=n - 1), _("Its place in the split.")
    st.number_input(
        _("Number"), 0, n - 1, None, key=key, on_change=take, placeholder=shown, help=place, width=CHOICE_WIDTH
    )


def draw_others() -> None:
    """Have other images drawn."""
    st.session_state[OFFER_SEED] = st.session_state.get(OFFER_SEED, 0) + 1


def drawn_numbers(images: Images, name: str, seed: int) -> NDArray[np.int64]:
    """Numbers of at most ``IMAGES_OFFERED`` images of a class, ascending; the first ones with seed 0."""
    numbers = np.arange(len(images))
    if name != ALL and images.labels is not None:
        numbers = np.flatnonzero(images.labels == images.classes.index(name))
    if seed:
        numbers = np.random.default_rng(seed).permutation(numbers)
    return np.sort(numbers[:IMAGES_OFFERED])


def test_button(key: str, run: LoadedRun, images: Images, number: int) -> ImageButton:
    """One test image to click; ``key`` tells one set of them from another."""
    title = _("test image {number:,}").format(number=number)
    if images.labels is not None and images.classes:
        name = images.classes[images.labels[number]]
        title = _("test image {number:,}, class {name}").format(number=number, name=name)
    pick = partial(pick_test_image, run, number)
    return ImageButton(f"{key}-{number}", png_data_url(images.pixels[number]), title, pick)
