"""Numbers and durations as text."""

from __future__ import annotations

import math
import re


def counted(n: int, noun: str) -> str:
    """A number with its noun: '1 image', '1,200 images'."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def too_few(n: int, least: int, noun: str = "image") -> str:
    """Why a figure that takes ``least`` of something cannot be told from ``n``; "" where it can."""
    return "" if n >= least else f"It cannot be known from {counted(n, noun)}: it takes {least:,} or more."


def natural_key(name: str) -> list[tuple[int, str]]:
    """What sorts names as people do, 1, 2, 10: numbers in them by value, letters whatever their case.

    Class names are listed by it; the numbers of the classes, which models and stored labels go by, do not follow it.
    """
    pieces = re.split(r"(\d+)", name.casefold())  # text and digits by turns
    parts = [(int(piece), "") if i % 2 else (-1, piece) for i, piece in enumerate(pieces)]
    return [*parts, (-2, name)]  # equal but for case, or for leading zeros


def duration(seconds: float) -> str:
    """A duration as text: '41 s', '3 min', '2 h 5 min'."""
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def significant(value: float, digits: int = 3) -> str:
    """``value`` rounded to so many significant digits, without an exponent: '31,200', '139', '5.36', '0.0459'."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(decimals, 0)}f}"
