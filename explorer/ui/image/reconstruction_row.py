"""An image, its reconstruction, and where they differ, side by side."""

from __future__ import annotations

import streamlit as st

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.inference import Reconstruction
from explorer.ui.common import Picture, pictures, scale
from explorer.ui.common.figures import error_picture

FRAMES = (N_("input"), N_("reconstruction"), N_("where it differs"))


def reconstruction(result: Reconstruction, name: str) -> None:
    """Draw the three pictures of ``name``."""
    error = _("where it differs: absolute error, MSE {mse}").format(mse=significant(result.mse))
    shown = [
        Picture(
            result.original,
            _("input: {name} as the model sees it").format(name=name),
            _("input, {name} as the model sees it").format(name=name),
        ),
        Picture(
            result.decoded,
            _("reconstruction, decoded from μ"),
            _("reconstruction of {name}, decoded from its mean").format(name=name),
        ),
        Picture(
            error_picture(result.absolute_error),
            error,
            _("absolute error of {name}, from 0 to 255").format(name=name),
            scale("0", "255"),
        ),
    ]
    pictures(shown, len(shown), "large")


def empty_frames() -> None:
    """Where the pictures will be."""
    cells = "".join(f'<figure><div class="frame">{_(title)}</div></figure>' for title in FRAMES)
    st.html(f'<div class="pictures large" style="--columns: {len(FRAMES)}">{cells}</div>')
