"""Pictures side by side, crisp, each with a caption that says what it is."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.images import Pixels, png_data_url

CRISP = 64  # pixels; larger pictures are photographs, shown smooth


@dataclass(frozen=True)
class Picture:
    """[C, H, W] pixels, the caption under them, what a screen reader says, and HTML of ours under the caption."""

    pixels: Pixels
    caption: str
    alt: str
    below: str = ""


def pictures(shown: Sequence[Picture], columns: int, kind: str = "") -> None:
    """Draw them in so many columns; ``kind`` is one more class for the style sheet."""
    cells = "".join(cell(picture) for picture in shown)
    st.html(f'<div class="pictures {kind}" style="--columns: {columns}">{cells}</div>')


def cell(picture: Picture) -> str:
    """One picture with its caption; the size is known before it is painted, so that nothing jumps."""
    _, height, width = picture.pixels.shape
    source = png_data_url(picture.pixels)
    alt, caption = html.escape(picture.alt, quote=True), html.escape(picture.caption, quote=True)
    kind = "photo" if max(width, height) > CRISP else "crisp"
    image = f'<img class="{kind}" src="{source}" alt="{alt}" width="{width}" height="{height}">'
    return f'<figure>{image}<figcaption title="{caption}">{caption}</figcaption>{picture.below}</figure>'


def scale(low: str, high: str, kind: str = "") -> str:
    """A colour scale's legend, with what its ends mean; ``kind`` is "diverging" or nothing, for magnitudes."""
    return f'<div class="scale {kind}">{html.escape(low)} <i></i> {html.escape(high)}</div>'
