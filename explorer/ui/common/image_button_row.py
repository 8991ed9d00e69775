"""Small pictures in rows, each a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from explorer.ui.common.message import plain


@dataclass(frozen=True)
class ImageButton:
    """A picture as an address that carries it, what it is called, and what a click on it does."""

    key: str
    address: str
    name: str
    on_click: Callable[[], None]
    disabled: bool = False


def image_buttons(key: str, buttons: Sequence[ImageButton]) -> None:
    """Draw them; ``key`` tells one set of them from another."""
    with st.container(horizontal=True, gap="small", key=f"image-buttons-{key}"):
        for button in buttons:
            name = plain(button.name)
            label = f"![{name}]({button.address})"
            st.button(label, key=button.key, on_click=button.on_click, help=name, disabled=button.disabled)
