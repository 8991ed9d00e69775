"""Numbers and durations as text."""

from __future__ import annotations

import math
import re

from explorer.base.languages import N_, _

# One and several of what is counted. Both are entries of their own, so that stored texts are found again.
COUNTED = {
    "image": (N_("{n:,} image"), N_("{n:,} images")),
    "test image": (N_("{n:,} test image"), N_("{n:,} test images")),
    "training image": (N_("{n:,} training image"), N_("{n:,} training images")),
    "held-out image": (N_("{n:,} held-out image"), N_("{n:,} held-out images")),
    "other image": (N_("{n:,} other image"), N_("{n:,} other images")),
    "deleted model": (N_("{n:,} deleted model"), N_("{n:,} deleted models")),
    "dimension": (N_("{n:,} dimension"), N_("{n:,} dimensions")),
    "point": (N_("{n:,} point"), N_("{n:,} points")),
    "step": (N_("{n:,} step"), N_("{n:,} steps")),
    "epoch": (N_("{n:,} epoch"), N_("{n:,} epochs")),
}


def counted(n: int, noun: str) -> str:
    """A number with its noun, one of ``COUNTED``: '1 image', '1,200 images'."""
    one, many = COUNTED[noun]
    return _(one if n == 1 else many).format(n=n)


def too_few(n: int, least: int, noun: str = "image") -> str:
    """Why a figure that takes ``least`` of something cannot be told from ``n``; "" where it can."""
    if n >= least:
        return ""
    return _("It cannot be known from {count}: it takes {least:,} or more.").format(count=counted(n, noun), least=least)


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
        return _("{seconds} s").format(seconds=math.ceil(seconds))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("{minutes} min").format(minutes=minutes)
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def figure_text(value: float) -> str:
    """A number with three significant digits; a whole one with all of its own."""
    return f"{value:,}" if isinstance(value, int) else significant(value)


def significant(value: float, digits: int = 3) -> str:
    """``value`` rounded to so many significant digits, without an exponent: '31,200', '139', '5.36', '0.0459'."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:,.{max(decimals, 0)}f}"
