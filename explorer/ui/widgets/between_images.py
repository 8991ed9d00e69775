"""The images that paths lead through and analogies reckon with, each under the model, and how they are chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.images import Pixels, open_image, png_address
from explorer.model_input import prepare
from explorer.ui import cached, state
from explorer.ui.state import ImageRef
from explorer.ui.widgets.image_source import EXAMPLES, data_uri, example_files
from explorer.ui.widgets.image_subject import Subject
from explorer.ui.widgets.neighbours import pixels_of

OFFERED = 8
ANY = "any class"


@dataclass(frozen=True)
class Station:
    """One image: its name, its code [D], its pixels [C, H, W], and whether these are "original" or "decoded"."""

    name: str
    code: NDArray[np.float32]
    pixels: Pixels
    source: str


def own(subject: Subject, ref: ImageRef) -> Station:
    """The image that the page is about."""
    return Station(subject.name, subject.result.code, subject.pixels, "original")


def of_test(subject: Subject, ref: ImageRef) -> Station:
    """A test image."""
    run, number = subject.run, int(ref.name)
    shown, place = cached.map_images(run), np.array([number])
    pixels, source = pixels_of(run, shown, place)
    name = shown.latents.class_name(number)
    title = f"test image {number:,}" if name is None else f"{name}, test image {number:,}"
    return Station(title, shown.codes(run, place)[0], pixels[0], source)


def of_example(subject: Subject, ref: ImageRef) -> Station:
    """A picture that ships, prepared as an upload is."""
    facts = subject.run.facts()[1]
    path = EXAMPLES / str(ref.name)
    pixels = prepare(open_image(path), facts.shape, facts.strokes).pixels
    return Station(path.name, cached.reconstruction(subject.run, pixels).code, pixels, "original")


STATIONS: dict[str, Callable[[Subject, ImageRef], Station]] = {"own": own, "test": of_test, "example": of_example}


def station(subject: Subject, ref: ImageRef) -> Station:
    """An image under the subject's model."""
    return STATIONS[ref.kind](subject, ref)


def suggested(subject: Subject, count: int = 1) -> tuple[ImageRef, ...]:
    """Test images to begin with, where there are any of another class than the subject's nearest and the others."""
    latents = cached.latents(subject.run)
    nearest = int(latents.nearest(subject.result.mu, 1)[0][0])
    order = np.random.default_rng(subject.number).permutation(len(latents))
    classes = np.arange(len(latents)) if latents.labels is None else latents.labels
    _, firsts = np.unique(classes[order], return_index=True)
    unlike = [number for number in order[np.sort(firsts)] if classes[number] != classes[nearest]]
    return tuple(ImageRef("test", int(number)) for number in [*unlike, *order][:count])


def offer(subject: Subject, place: str, take: Callable[[ImageRef], None], with_own: bool = False) -> None:
    """Draw images to click: test images of a class or by number, examples, and the visitor's own where wanted."""
    latents = cached.latents(subject.run)
    label = None
    if latents.labels is not None:
        names = [ANY, *latents.classes]
        label = names.index(st.selectbox("Test images of", names, key=f"class-{place}") or ANY) - 1
    numbers = np.arange(len(latents)) if label is None or label < 0 else np.flatnonzero(latents.labels == label)
    drawn = np.random.default_rng(state.turn(place)).permutation(numbers)[:OFFERED]
    thumbnails(subject, place, np.sort(drawn), take)
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    number = left.number_input(f"By number, 0 to {len(latents) - 1:,}", 0, len(latents) - 1, key=f"number-{place}")
    right.button("Take it", key=f"take-{place}", on_click=take, args=(ImageRef("test", int(number)),), width="stretch")
    st.button(
        "Other test images", icon=":material/casino:", key=f"more-{place}", on_click=state.next_turn, args=(place,)
    )
    examples(place, take)
    if with_own:
        st.button(f"{subject.name}, your image", key=f"own-{place}", on_click=take, args=(ImageRef("own"),))


def thumbnails(subject: Subject, place: str, numbers: NDArray[np.int64], take: Callable[[ImageRef], None]) -> None:
    """Some test images, one button each."""
    shown = cached.map_images(subject.run)
    pixels, source = pixels_of(subject.run, shown, numbers)
    with st.container(horizontal=True, gap="small", key=f"picks-{place}"):
        for picture, number in zip(pixels, numbers.tolist(), strict=True):
            name = shown.latents.class_name(number)
            title = f"test image {number:,}" if name is None else f"{name}, test image {number:,}"
            picture_button(picture, f"{source}, {title}", f"{place}-{number}", take, ImageRef("test", number))


def examples(place: str, take: Callable[[ImageRef], None]) -> None:
    """The pictures that ship, one button each."""
    with st.container(horizontal=True, gap="small", key=f"picks-examples-{place}"):
        for path in example_files():
            ref = ImageRef("example", path.name)
            face = f"![{path.stem}]({data_uri(path)})"
            st.button(face, key=f"pick-{place}-{path.stem}", help=path.name, on_click=take, args=(ref,))


def picture_button(
    pixels: Pixels,
    title: str,
    key: str,
    click: Callable[[ImageRef], None] | None,
    ref: ImageRef,
    disabled: bool = False,
) -> None:
    """A picture that can be clicked."""
    face = f"![{title}]({png_address(pixels)})"
    st.button(face, key=f"pick-{key}", help=title, on_click=click, args=(ref,), disabled=disabled)
