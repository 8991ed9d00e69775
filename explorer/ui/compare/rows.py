"""Rows of pictures, one per run, with aligned columns."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.images import Pixels, png_data_url
from explorer.ui.common import CRISP


@dataclass(frozen=True)
class Row:
    """One row: its heading (HTML of ours), its pictures [C, H, W] (None: an empty place), what they are."""

    heading: str
    shown: Sequence[Pixels | None]
    alt: str


def compare_rows(rows: Sequence[Row], tops: Sequence[str]) -> None:
    """Draw them under ``tops``, one a column."""
    cells = ["<div></div>", *(f'<div class="top" title="{quoted(top)}">{quoted(top)}</div>' for top in tops)]
    for row in rows:
        cells += [row.heading, *(cell(one, f"{row.alt}, {top}") for one, top in zip(row.shown, tops, strict=True))]
    st.html(f'<div class="compare-rows" style="--columns: {len(tops)}">{"".join(cells)}</div>')


def quoted(text: str) -> str:
    """Text inside HTML."""
    return html.escape(text, quote=True)


def cell(pixels: Pixels | None, alt: str) -> str:
    """One picture, or an empty place."""
    if pixels is None:
        return "<div></div>"
    _, height, width = pixels.shape
    kind = "photo" if max(width, height) > CRISP else "crisp"
    named = quoted(alt)
    size = f'width="{width}" height="{height}"'
    return f'<img class="{kind}" src="{png_data_url(pixels)}" alt="{named}" title="{named}" {size}>'
