"""The latent map: every point, its image under the pointer, lasso and box, drawn with plotly's scattergl."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.ui.components.map.served import plotly_url
from explorer.ui.components.registry import component


def warm_map() -> None:
    """Have the browser load plotly.js and the map's modules from now on; mount it before anything that takes time."""
    component("latent_map_warm", "map/warm.js")(key="latent-map-warm", data={"plotly": plotly_url()}, height=1)


def latent_map(
    key: str,
    data: dict[str, Any],
    on_click: Callable[[int | None], None],
    on_select: Callable[[NDArray[np.bool_] | None], None],
) -> None:
    """Draw it. ``data`` is described in docs/map.md.

    ``on_click`` is called with the index of the image that was clicked, None for the empty ground; ``on_select`` with
    what a lasso or a box encloses, [N], None when the selection was dropped.
    """
    n = data["points"]["n"]

    def clicked() -> None:
        on_click(index_of(component_value(key, "clicked").get("index"), n))

    def selected() -> None:
        on_select(unpack(component_value(key, "selected").get("mask"), n))

    mount = component("latent_map", "map/map.js")
    mount(key=key, data=data, on_clicked_change=clicked, on_selected_change=selected)


def component_value(key: str, name: str) -> dict[str, Any]:
    """The value sent by the component that led to this rerun."""
    value = (st.session_state.get(key) or {}).get(name)
    return value if isinstance(value, dict) else {}


def index_of(value: Any, n: int) -> int | None:
    """The index of one of ``n`` images, or None for anything else."""
    return value if isinstance(value, int) and 0 <= value < n else None


def pack(mask: NDArray[np.bool_]) -> str:
    """Eight points a byte, the first in the highest bit, in base 64."""
    return base64.b64encode(np.packbits(mask).tobytes()).decode()


def unpack(text: Any, n: int) -> NDArray[np.bool_] | None:
    """The other way, [n]; None for what does not fit."""
    try:
        packed = np.frombuffer(base64.b64decode(text, validate=True), np.uint8)
    except (TypeError, ValueError, binascii.Error):
        return None
    return np.unpackbits(packed, count=n).astype(bool) if len(packed) == -(-n // 8) else None
