"""Components of ours, registered with Streamlit by their main module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.ui.components.modules import HERE, loader


@cache
def component(name: str, module: str) -> Any:
    """The component ``name``, called as it is; registered once a process.

    Its main module (``live/live.js``) is mounted with the HTML and CSS that lie beside it under the same name, if any.
    """
    path = HERE / module
    return st.components.v2.component(
        name,
        html=text_of(path.with_suffix(".html")),
        css=text_of(path.with_suffix(".css")),
        js=loader(module),
        isolate_styles=False,
    )


def text_of(path: Path) -> str | None:
    """A file's text, or None where there is no such file."""
    return path.read_text(encoding="utf-8") if path.is_file() else None
