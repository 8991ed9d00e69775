"""Sentences after one another."""

from __future__ import annotations

ENDS = "。！？；："  # they hold the space that other sentences have after them


def joined(*sentences: str) -> str:
    """The sentences as one text, with a space between them where the script has one; empty ones are left out."""
    text = ""
    for sentence in filter(None, sentences):
        text += sentence if not text or text.endswith(tuple(ENDS)) else f" {sentence}"
    return text
