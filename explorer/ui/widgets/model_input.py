"""What the model sees of an image, step by step, and the two choices on the way."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from explorer.images import Pixels, Prepared, as_array, prepare, shrink, to_picture
from explorer.runs import Run
from explorer.ui.widgets.pictures import Picture, pictures

THUMBNAIL = 160
MAX_STEPS = 4
CENTRE_HELP = "The ink fills 20/28 of the side, its centre of mass in the middle."
HELP = """\
A model takes images of one size. It was trained on images that were prepared in one way, so an upload is brought
to the same form: the largest centred square, then, for models of digits, light strokes on black (inverted where
the border is bright) with the ink's centre of mass in the middle, as MNIST was made.
"""


def model_input(run: Run, image: Image.Image, number: int) -> Prepared:
    """Draw the steps and the toggles; returns the model's input. ``number`` tells one image from the next."""
    _, facts = run.facts()
    automatic = prepare(image, facts.shape, facts.strokes)
    st.markdown("**What the model sees**", help=HELP)
    strip = st.container()
    left, right = st.columns(2)
    grey = facts.shape[0] == 1
    key = f"{run.name}-{number}"  # each image starts from the automatic choice
    with left:
        invert = st.toggle("Inverted", automatic.inverted, key=f"invert-{key}", help="Dark becomes light.")
    with right:
        centre = st.toggle("Centred", automatic.centred, key=f"centre-{key}", disabled=not grey, help=CENTRE_HELP)
    own = (invert, centre) != (automatic.inverted, automatic.centred)
    prepared = prepare(image, facts.shape, facts.strokes, invert, centre) if own else automatic
    with strip:
        pictures([Picture(small(step.picture), step.title, step.title) for step in prepared.steps], MAX_STEPS, "steps")
    st.caption("Inversion and centring: " + ("your choice" if own else "chosen automatically"))
    return prepared


def small(pixels: Pixels) -> Pixels:
    """No larger than the strip needs."""
    return as_array(shrink(to_picture(pixels), THUMBNAIL))
