"""The name that was probably meant by one that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence with the most similar known name, and a space after it; empty where none is similar.

    Small and capital letters count as equal.
    """
    by_lower = {each.lower(): each for each in known}
    similar = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return f"Did you mean '{by_lower[similar[0]]}'? " if similar else ""
