"""An image, its reconstruction, and where they differ, side by side."""

from __future__ import annotations

import streamlit as st

from explorer.base import significant
from explorer.inference import Reconstruction
from explorer.ui.common import Picture, pictures, scale
from explorer.ui.common.figures import error_picture

FRAMES = ("input", "reconstruction", "where it differs")


def reconstruction(result: Reconstruction, name: str) -> None:
    """Draw the three pictures of ``name``."""
    error = f"where it differs: absolute error, MSE {significant(result.mse)}"
    shown = [
        Picture(result.original, f"input: {name} as the model sees it", f"input, {name} as the model sees it"),
        Picture(result.decoded, "reconstruction, decoded from μ", f"reconstruction of {name}, decoded from its mean"),
        Picture(
            error_picture(result.absolute_error), error, f"absolute error of {name}, from 0 to 255", scale("0", "255")
        ),
    ]
    pictures(shown, len(shown), "large")


def empty_frames() -> None:
    """Where the pictures will be."""
    cells = "".join(f'<figure><div class="frame">{title}</div></figure>' for title in FRAMES)
    st.html(f'<div class="pictures large" style="--columns: {len(FRAMES)}">{cells}</div>')
