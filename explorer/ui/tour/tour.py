"""A card at the edge of the page that says what to try there, and leads to the next page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from explorer.base.languages import N_, _

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
        N_("Drag on the pad"),
        N_("Each place is a point of latent space, the picture its decoded image."),
    ),
    Step("explore", N_("Move one dimension"), N_("The first sliders carry most. Traversals show what each one does.")),
    Step(
        "map",
        N_("See where the images lie"),
        N_("Each point is an image. Click one to see what the model keeps of it."),
    ),
    Step(
        "image",
        N_("Bring an image of your own"),
        N_("Upload, paste or draw one: what does the model make of it?"),
    ),
    Step("models", N_("Make it yours"), N_("Train on your own images, or load a model that you have.")),
)


def tour_button() -> None:
    """Draw the button that begins the tour."""
    st.button(_("Tour"), icon=":material/tour:", type="tertiary", on_click=go_to, args=(0,), key="tour-begin")


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
        st.markdown(f"**{_(step.title)}**")
        st.caption(_(step.words))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(_("{step} of {steps}").format(step=number + 1, steps=len(STEPS)), width="content")
            if number:
                st.button(_("Back"), on_click=go_to, args=(number - 1,), key="tour-back")
            if number + 1 < len(STEPS):
                st.button(_("Next"), on_click=go_to, args=(number + 1,), key="tour-next", type="primary")
            st.button(_("Close"), on_click=leave, key="tour-close")


def go_to(number: int) -> None:
    """Have this step shown from the next run of the script on."""
    st.session_state[STEP] = number
    st.session_state[TURNING] = True


def leave() -> None:
    """End the tour."""
    st.session_state.pop(STEP, None)
