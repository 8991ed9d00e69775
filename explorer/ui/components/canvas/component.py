"""A canvas to paint on by pointer, finger or keys: ink on paper, or what to hide of a picture.

What is painted goes both ways as runs of equal cells, row by row: exact, small, and checked in a few lines.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.images import Pixels, png_data_url
from explorer.ui.components.registry import component

RUN = np.dtype([("length", "<u2"), ("value", "u1")])  # a run ends with its row at the latest
FULL = {"draw": 255, "mask": 1}  # the value of a cell that is wholly painted

Mode = Literal["draw", "mask"]
Cells = NDArray[np.uint8]


def canvas(
    key: str,
    *,
    mode: Mode,
    shape: tuple[int, int],
    background: Pixels | None = None,
    start: NDArray[np.bool_] | None = None,
    stamp: int = 0,
    label: str,
) -> Cells | None:
    """Draw it; returns what is painted on it, and again after each stroke. None while nothing is.

    Parameters
    ----------
    mode : ``draw`` gives dark ink on white paper, uint8 [H, W], 255 where there is none; ``mask`` gives what is hidden
        of ``background``, uint8 [H, W], 1 where it is.
    shape : H and W, the resolution of what comes back. background : [C, H, W], only under a mask.
    start, stamp : with another ``stamp`` than before, ``start`` [H, W] takes the place of what is painted; None
        empties the canvas. Else what was painted stays, also while the canvas is not on the page.
    label : what a screen reader calls it.
    """
    kept = painted(st.session_state.get(key), mode, shape, stamp)
    memory = st.session_state.setdefault(f"{key}-kept", {})  # a component that leaves the page loses its state
    if kept is not None:
        memory[mode, shape, stamp] = kept
    beginning = np.zeros(shape, np.uint8) if start is None else start * np.uint8(FULL[mode])
    cells = memory.get((mode, shape, stamp), beginning)
    st.session_state[f"{key}-kept"] = {(mode, shape, stamp): cells}
    data = {"mode": mode, "shape": shape, "stamp": stamp, "cells": pack(cells), "label": label}
    if background is not None:
        data["background"] = png_data_url(background)
    component("paint_canvas", "canvas/canvas.js")(key=key, data=data, on_painted_change=lambda: None)
    if not cells.any():
        return None
    return cells if mode == "mask" else 255 - cells


def painted(event: Any, mode: Mode, shape: tuple[int, int], stamp: int) -> Cells | None:
    """The painted cells [H, W] sent by the component; None if it sent none, or none that are valid."""
    value = event.get("painted") if isinstance(event, dict) else None
    if not isinstance(value, dict) or value.get("of") != [mode, *shape, stamp]:
        return None
    cells = unpack(value.get("cells"), shape)
    return None if cells is None or cells.max(initial=0) > FULL[mode] else cells


def pack(cells: Cells) -> str:
    """Runs of equal cells [H, W], each a length (uint16, little-endian) and a value (uint8), in base 64."""
    flat, at = cells.ravel(), np.arange(cells.size)
    first = np.flatnonzero((at % cells.shape[1] == 0) | (flat != np.roll(flat, 1)))
    runs = np.zeros(len(first), RUN)
    runs["length"], runs["value"] = np.diff(first, append=cells.size), flat[first]
    return base64.b64encode(runs.tobytes()).decode()


def unpack(text: Any, shape: tuple[int, int]) -> Cells | None:
    """The other way, [H, W]; None for what does not fit."""
    size = shape[0] * shape[1]
    if not isinstance(text, str) or len(text) > 4 * (size * RUN.itemsize // 3 + 1):
        return None
    try:
        runs = np.frombuffer(base64.b64decode(text, validate=True), RUN)
    except (ValueError, binascii.Error):
        return None
    if runs["length"].sum(dtype=np.int64) != size:
        return None
    return np.repeat(runs["value"], runs["length"]).reshape(shape)
