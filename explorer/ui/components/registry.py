"""Components of ours, registered with Streamlit by their main module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.base.languages import ENGLISH, component_words, current_language, replace_texts
from explorer.ui.components.modules import HERE, loader


def component(name: str, module: str) -> Any:
    """The component ``name`` in the visitor's language, called as it is.

    Its main module (``live/live.js``) is mounted with the HTML and CSS that lie beside it under the same name, if any.
    """
    return registered(name, module, current_language())


@cache
def registered(name: str, module: str, language: str) -> Any:
    """The component in a language, registered once a process."""
    path, words = HERE / module, component_words(language)
    return st.components.v2.component(
        name if language == ENGLISH else f"{name}_{language}",
        html=translated(text_of(path.with_suffix(".html")), words),
        css=text_of(path.with_suffix(".css")),
        js=loader(module, words, language),
        isolate_styles=False,
    )


def translated(html: str | None, words: dict[str, str]) -> str | None:
    """A component's HTML with its texts, and the attributes that are read, in another language."""
    return replace_texts(html, lambda text: words.get(text, text)) if html and words else html


def text_of(path: Path) -> str | None:
    """A file's text, or None where there is no such file."""
    return path.read_text(encoding="utf-8") if path.is_file() else None
