"""The size of images as it is asked for: "64", or height x width as in "96x64"."""

from __future__ import annotations

import re

from explorer.base import ExplorerError
from explorer.base.languages import _

SMALLEST, LARGEST = 8, 256  # pixels a side
SIZE = re.compile(r"\s*(\d{1,6})\s*(?:[x×X*]\s*(\d{1,6})\s*)?")


def parsed_size(text: str, side: int | None = None) -> tuple[int, int]:
    """Height and width, pixels. Raises ExplorerError for what is none or out of bounds, or beside a ``side``."""
    found = SIZE.fullmatch(text)
    hint = f"Write one side or height x width, each from {SMALLEST} to {LARGEST} pixels, for example 64 or 96x64."
    if found is None:
        raise ExplorerError(_("'{text}' is no image size.").format(text=text), hint)
    height, width = int(found[1]), int(found[2] or found[1])
    if not all(SMALLEST <= length <= LARGEST for length in (height, width)):
        raise ExplorerError(_("The image size is {height} x {width} pixels.").format(height=height, width=width), hint)
    if side is not None:
        raise ExplorerError(
            _("The side is {side} pixels, and the size {height} x {width}.").format(
                side=side, height=height, width=width
            ),
            _("Leave one of them out."),
        )
    return height, width
