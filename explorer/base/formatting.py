"""Numbers and durations as text."""

from __future__ import annotations

import math


def counted(n: int, noun: str) -> str:
    """A number with its noun: '1 image', '1,200 images'."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def too_few(n: int, least: int, noun: str = "image") -> str:
    """Why a figure that takes ``least`` of something cannot be told from ``n``; "" where it can."""
    return "" if n >= least else f"It cannot be known from {counted(n, noun)}: it takes {least:,} or more."


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
