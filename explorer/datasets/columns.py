"""Columns of values beside the images of a data set: numbers, or categories; and what becomes of texts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.datasets.folder_layout import natural

MISSING = {"", "na", "n/a", "nan", "null", "none", "-", "?"}  # among numbers, in any case
DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
MAX_CATEGORIES = 50  # more categories cannot be distinguished by colour


@dataclass(frozen=True)
class Column:
    """One value per image: float64 [N], NaN if missing, or int64 [N], indices into ``names``, -1 if missing."""

    title: str
    values: NDArray[np.float64] | NDArray[np.int64]
    names: tuple[str, ...] | None = None  # None: a numeric column

    def at(self, numbers: NDArray[np.int64]) -> Column:
        """The column restricted to the images ``numbers``."""
        return replace(self, values=self.values[numbers])


def column_of(title: str, texts: list[str], decimal_comma: bool) -> tuple[Column | None, str]:
    """A numeric column if all values are numbers or known to be missing, else one of categories; None, and why, if it
    is empty or of too many categories. What was taken for missing is said too."""
    there = sorted({text for text in texts if text}, key=natural)
    if not there:
        return None, "left out, since no image here has a value"
    numbers = {text: number(text, decimal_comma) for text in there if text.casefold() not in MISSING}
    if numbers and None not in numbers.values():
        absent = [text for text in there if text not in numbers]
        values = np.array([numbers.get(text, np.nan) for text in texts], np.float64)
        return Column(title, values), f"{', '.join(absent)} counts as missing" if absent else ""
    if len(there) > MAX_CATEGORIES:
        return None, f"left out, since {len(there):,} different texts are more than {MAX_CATEGORIES} colours"
    index = {text: i for i, text in enumerate(there)}
    return Column(title, np.array([index.get(text, -1) for text in texts], np.int64), tuple(there)), ""


def number(text: str, decimal_comma: bool) -> float | None:
    """The number that a text is, with a point or, where that is usual, a comma; None for other texts."""
    if decimal_comma and DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None
