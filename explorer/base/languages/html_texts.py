"""The texts in a component's HTML: what the catalogue gathers is what is translated."""

from __future__ import annotations

import re
from collections.abc import Callable

TEXT = re.compile(r"(<[^<>]*>\s*)([^<>{}]*[A-Za-z][^<>{}]*?)(?=\s*<)")  # behind its tag
ATTRIBUTE = re.compile(r'(\b(?:title|aria-label|placeholder)=")([^"]+)')  # that is read
SPACES = re.compile(r"\s+")
ICON = "icon"  # in the class of an element whose text is the name of an icon


def replace_texts(html: str, say: Callable[[str], str]) -> str:
    """The HTML with each text of it, and each attribute that is read, as ``say`` says it; names of icons stay."""

    def said(found: re.Match[str]) -> str:
        """What stands before the text, and what is said in its place."""
        return found[0] if ICON in found[1] else found[1] + say(SPACES.sub(" ", found[2]))

    return ATTRIBUTE.sub(said, TEXT.sub(said, html))
