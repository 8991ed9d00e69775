"""Paste images from the clipboard: Ctrl+V anywhere on the page, or a button."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.images import MAX_BYTES
from explorer.ui.components.registry import component

MAX_FILES = 60
NAME = "pasted image"

File = tuple[str, bytes]


def paste(key: str, on_paste: Callable[[list[File]], None]) -> None:
    """Draw the button; ``on_paste`` is called with the name and the bytes of each file that was pasted."""

    def pasted() -> None:
        if files := files_of((st.session_state.get(key) or {}).get("pasted")):
            on_paste(files)

    component("paste_image", "paste/paste.js")(key=key, data={"maxBytes": MAX_BYTES}, on_pasted_change=pasted)


def files_of(event: Any) -> list[File]:
    """The files sent by the component; invalid ones are left out."""
    files = event.get("files") if isinstance(event, dict) else None
    found = [file_of(file) for file in files[:MAX_FILES]] if isinstance(files, list) else []
    return [file for file in found if file is not None]


def file_of(event: Any) -> File | None:
    """One file; None for anything else."""
    if not isinstance(event, dict) or not isinstance(event.get("content"), str):
        return None
    try:
        content = base64.b64decode(event["content"], validate=True)
    except (ValueError, binascii.Error):
        return None
    name = event.get("name")
    return (name if isinstance(name, str) and name else NAME), content
