"""The preprocessing of an image, step by step, and its parameters."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from explorer.base.languages import N_, _
from explorer.image_lab import INK_RANGE, MAX_ZOOM, Choices, Preprocessed, PreprocessingStep, prepared_for
from explorer.images import Pixels
from explorer.runs import LoadedRun
from explorer.ui.common import Picture, pictures

STEP_COLUMNS = 3
INPUT_HELP = N_("""\
A model takes images of one size, and was trained on images that were prepared in one way: an upload is brought to the
same form. For models of digits that is light strokes on black, the ink's centre of mass in the middle, as MNIST was
made. On a photograph the light is evened, ink is told from paper, and one digit kept. **Adjust** changes each step.
""")
TOGGLES = {
    "even": (
        N_("Even the light"),
        N_("The picture is divided by the paper around each pixel: gradients and shadows go."),
    ),
    "invert": (N_("Invert"), N_("Dark becomes light.")),
    "stretch": (
        N_("Stretch the contrast"),
        N_(
            "For models of digits: ink is told from paper; the paper becomes black, the ink white. For others the "
            "darkest and the lightest 1 % do."
        ),
    ),
    "one_sign": (
        N_("One sign only"),
        N_("The largest near the middle, with the strokes that belong to it; the crop moves it."),
    ),
    "widen": (N_("Widen thin strokes"), N_("To 9 % of the digit's size, about as those of MNIST.")),
    "centre": (N_("Centre by mass"), N_("The ink fills 20/28 of the side, its centre of mass in the middle.")),
}
INK_HELP = N_(
    "As a share of the ink's own darkness. Lower to find faint strokes, raise to leave out the lines of the paper."
)
OF_INK = ("one_sign", "widen")  # what is done with strokes, once they are told from the paper


def model_input(run: LoadedRun, image: Image.Image, number: int) -> tuple[Preprocessed, DeltaGenerator]:
    """Draw how the image was prepared, what adjusts that and, folded, the steps; ``number`` tells images apart.

    Returns the model's input, and where there is room beside the button.
    """
    key = f"{run.name}-{number}"
    prepared = prepared_for(run, image, kept_choices(key))
    sentence, buttons = st.empty(), st.container(horizontal=True, gap="small")
    with buttons, st.popover(_("Adjust"), icon=":material/tune:", width="stretch"):
        adjustments(key, prepared, run.data.strokes)
    adjusted = prepared.choices != prepared.automatic
    sentence.caption(_("Adjusted by you.") if adjusted else prepared.explanation, help=_(INPUT_HELP))
    with st.expander(_("What the model sees")):
        alt = _("step: {title}")
        strip = [Picture(dimmed(step), step.title, alt.format(title=step.title)) for step in prepared.steps]
        pictures(strip, STEP_COLUMNS, "steps")
    return prepared, buttons


def control_keys(key: str) -> dict[str, str]:
    """The key of the control of each field of ``Choices``."""
    return {field.name: f"{field.name}-{key}" for field in fields(Choices)}


def kept_choices(key: str) -> Choices | None:
    """What the controls say, None before they were drawn for the first time."""
    kept: dict[str, Any] = {name: st.session_state.get(control) for name, control in control_keys(key).items()}
    return None if None in kept.values() else Choices(**kept)


def adjustments(key: str, prepared: Preprocessed, strokes: bool) -> None:
    """Draw a control for each choice, which begins with the automatic one and stays for as long as the image does."""
    keys = control_keys(key)
    useless = without_effect(prepared, strokes)
    for name, value in asdict(prepared.automatic).items():
        st.session_state.setdefault(keys[name], value)

    def reset() -> None:
        """All as is chosen automatically."""
        for name, value in asdict(prepared.automatic).items():
            st.session_state[keys[name]] = value

    st.slider(_("Crop: zoom"), 1.0, MAX_ZOOM, step=0.1, format="%.1f x", key=keys["zoom"], persist_state="session")
    for side, label in (("x", _("Crop: left to right")), ("y", _("Crop: top to bottom"))):
        st.slider(label, 0.0, 1.0, step=0.01, format="percent", key=keys[side], persist_state="session")
    for name, (label, help_) in TOGGLES.items():
        st.toggle(_(label), key=keys[name], help=_(help_), disabled=name in useless, persist_state="session")
    st.slider(
        _("Ink begins at"), *INK_RANGE, step=0.05, format="percent", key=keys["faintest"], help=_(INK_HELP),
        disabled="faintest" in useless, persist_state="session",
    )  # fmt: skip
    adjusted = prepared.choices != prepared.automatic
    st.button(_("Automatic"), icon=":material/restart_alt:", on_click=reset, disabled=not adjusted, width="stretch")


def without_effect(prepared: Preprocessed, strokes: bool) -> set[str]:
    """The choices that change nothing for this model, or as the others stand."""
    grey = prepared.pixels.shape[0] == 1
    if not (strokes and grey):
        return {"even", "faintest", *OF_INK} | (set() if grey else {"centre"})
    return set() if prepared.choices.stretch and not prepared.scan else {"faintest", *OF_INK}


def dimmed(step: PreprocessingStep) -> Pixels:
    """A step's picture; what the next one leaves out of it is washed out."""
    if step.box is None:
        return step.picture
    left, top, right, bottom = step.box
    outside = np.ones(step.picture.shape[1:], bool)
    outside[top:bottom, left:right] = False
    return np.where(outside, step.picture // 3 + 85, step.picture)
