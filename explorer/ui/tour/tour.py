"""A card at the edge of the page that says what to try there, and leads to the next page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

STEP = "tour-step"  # the number of the step in the session, none while nobody takes the tour
TURNING = "tour-turning"  # whether the page of the step is still to be opened


@dataclass(frozen=True)
class Step:
    """The page of a step by its path, what to try, and what it shows."""

    page: str
    title: str
    words: str


STEPS = (
    Step(
        "explore",
        "Drag on the pad",
        "Each place is a point of latent space, the picture its decoded image.",
    ),
    Step("explore", "Move one dimension", "The first sliders carry most. Traversals show what each one does."),
    Step("map", "See where the images lie", "Each point is an image. Click one to see what the model keeps of it."),
    Step("image", "Bring an image of your own", "Upload, paste or draw one: what does the model make of it?"),
    Step("models", "Make it yours", "Train on your own images, or load a model that you have."),
)


def tour_button() -> None:
    """Draw the button that begins the tour."""
    st.button("Tour", icon=":material/tour:", type="tertiary", on_click=go_to, args=(0,), key="tour-begin")


def tour_card(pages: Mapping[str, StreamlitPage], here: StreamlitPage) -> None:
    """Draw the card of the step, where somebody takes the tour, on its own page; ``pages`` by their paths."""
    number = st.session_state.get(STEP)
    if number is None:
        return
    step = STEPS[number]
    if st.session_state.pop(TURNING, False) and pages[step.page] is not here:
        # without query_params Streamlit would clear the link, and refuses to for the picker's part of it
        st.switch_page(pages[step.page], query_params={})
    with st.container(key=f"tour-card-{number + 1}"):
        st.markdown(f"**{step.title}**")
        st.caption(step.words)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(f"{number + 1} of {len(STEPS)}", width="content")
            if number:
                st.button("Back", on_click=go_to, args=(number - 1,), key="tour-back")
            if number + 1 < len(STEPS):
                st.button("Next", on_click=go_to, args=(number + 1,), key="tour-next", type="primary")
            st.button("Close", on_click=leave, key="tour-close")


def go_to(number: int) -> None:
    """Have this step shown from the next run of the script on."""
    st.session_state[STEP] = number
    st.session_state[TURNING] = True


def leave() -> None:
    """End the tour."""
    st.session_state.pop(STEP, None)
