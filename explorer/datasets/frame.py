"""The size that images are brought to, and how those of another aspect ratio are fitted into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from explorer.base.languages import _

CROP, PAD = "crop", "pad"


@dataclass(frozen=True)
class Frame:
    """Height and width, pixels; images of another ratio are cropped to the middle, or padded (``images.to_pixels``)."""

    FITS: ClassVar[tuple[str, ...]] = (CROP, PAD)

    height: int
    width: int
    fit: str = CROP

    @property
    def area(self) -> int:
        """Pixels."""
        return self.height * self.width


def frame_of(size: int | Frame) -> Frame:
    """The frame itself, or the square of so many pixels a side, for which images are cropped."""
    return size if isinstance(size, Frame) else Frame(size, size)


def fitting_sentence(height: int, width: int, fit: str) -> str:
    """What is done to images of any size, after "each was": "cropped square and resized to 32 x 32"."""
    if fit == PAD:
        text = _("padded with the colour of its border and resized to {width} wide and {height} high")
    elif height == width:
        text = _("cropped square and resized to {width} x {height}")
    else:
        text = _("cropped to this ratio and resized to {width} wide and {height} high")
    return text.format(width=width, height=height)
