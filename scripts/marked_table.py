"""A table in a page of the docs that a script writes, between two marks."""

from __future__ import annotations


def between(begin: str, end: str, text: str, table: str) -> str:
    """The text with this table between its marks ``begin`` and ``end``."""
    before, rest = text.split(begin)
    _, after = rest.split(end)
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"
