"""The preprocessing of an image, step by step, and its parameters."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from explorer.image_lab import MAX_ZOOM, Choices, Preprocessed, PreprocessingStep, prepared_for
from explorer.images import Pixels
from explorer.runs import LoadedRun
from explorer.ui.common import Picture, pictures

MAX_STEPS = 4
INPUT_HELP = """\
A model takes images of one size, and was trained on images that were prepared in one way: an upload is brought to the
same form. For models of digits that is light strokes on black, the ink's centre of mass in the middle, as MNIST was
made. **Adjust** changes each step.
"""
TOGGLES = {
    "invert": ("Invert", "Dark becomes light."),
    "stretch": (
        "Stretch the contrast",
        "For models of digits: the paper becomes black, however it is lit, and the ink white. For others the darkest "
        "and the lightest 1 % do.",
    ),
    "centre": ("Centre by mass", "The ink fills 20/28 of the side, its centre of mass in the middle."),
}


def model_input(run: LoadedRun, image: Image.Image, number: int) -> tuple[Preprocessed, DeltaGenerator]:
    """Draw the steps and what adjusts them; ``number`` tells one image from the next.

    Returns the model's input, and where there is room beside the steps.
    """
    key = f"{run.name}-{number}"
    prepared = prepared_for(run, image, kept_choices(key))
    left, right = st.columns([3, 2], gap="medium")
    with right:
        sentence, buttons = st.empty(), st.container(horizontal=True, gap="small")
    with buttons, st.popover("Adjust", icon=":material/tune:", width="stretch"):
        adjustments(key, prepared)
    adjusted = prepared.choices != prepared.automatic
    sentence.caption("Adjusted by you." if adjusted else prepared.explanation)
    with left:
        st.markdown("**What the model sees**", help=INPUT_HELP)
        strip = [Picture(dimmed(step), step.title, f"step: {step.title}") for step in prepared.steps]
        pictures(strip, MAX_STEPS, "steps")
    return prepared, buttons


def control_keys(key: str) -> dict[str, str]:
    """The key of the control of each field of ``Choices``."""
    return {field.name: f"{field.name}-{key}" for field in fields(Choices)}


def kept_choices(key: str) -> Choices | None:
    """What the controls say, None before they were drawn for the first time."""
    kept: dict[str, Any] = {name: st.session_state.get(control) for name, control in control_keys(key).items()}
    return None if None in kept.values() else Choices(**kept)


def adjustments(key: str, prepared: Preprocessed) -> None:
    """Draw a control for each choice, which begins with the automatic one and stays for as long as the image does."""
    keys = control_keys(key)
    for name, value in asdict(prepared.automatic).items():
        st.session_state.setdefault(keys[name], value)

    def reset() -> None:
        """All as is chosen automatically."""
        for name, value in asdict(prepared.automatic).items():
            st.session_state[keys[name]] = value

    st.slider("Crop: zoom", 1.0, MAX_ZOOM, step=0.1, format="%.1f x", key=keys["zoom"], persist_state="session")
    st.slider("Crop: left to right", 0.0, 1.0, step=0.01, format="percent", key=keys["x"], persist_state="session")
    st.slider("Crop: top to bottom", 0.0, 1.0, step=0.01, format="percent", key=keys["y"], persist_state="session")
    for name, (label, help_) in TOGGLES.items():
        useless = name == "centre" and prepared.pixels.shape[0] != 1
        st.toggle(label, key=keys[name], help=help_, disabled=useless, persist_state="session")
    adjusted = prepared.choices != prepared.automatic
    st.button("Automatic", icon=":material/restart_alt:", on_click=reset, disabled=not adjusted, width="stretch")


def dimmed(step: PreprocessingStep) -> Pixels:
    """A step's picture; what the next one leaves out of it is washed out."""
    if step.box is None:
        return step.picture
    left, top, right, bottom = step.box
    outside = np.ones(step.picture.shape[1:], bool)
    outside[top:bottom, left:right] = False
    return np.where(outside, step.picture // 3 + 85, step.picture)
