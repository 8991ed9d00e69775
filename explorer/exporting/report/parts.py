"""What a section of a report is made of; ``parts.html`` has a macro for each class, by its ``kind``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from markupsafe import Markup

from explorer.images import Pixels, grid, png_data_url, shrink, to_picture

MOST_PIXELS = 1600  # on the longer side of a picture: fine enough to print, small enough to send


@dataclass(frozen=True)
class Words:
    """A paragraph of plain text; a ``quiet`` one is a note."""

    kind: ClassVar[str] = "words"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Command:
    """What to type."""

    kind: ClassVar[str] = "command"
    text: str


@dataclass(frozen=True)
class Facts:
    """Names with their values, under a heading where there is one; ``short`` values leave room for two columns."""

    kind: ClassVar[str] = "facts"
    rows: tuple[tuple[str, str], ...]
    title: str = ""
    short: bool = False


@dataclass(frozen=True)
class Picture:
    """Pixels as a ``data:`` URL, with the text for who does not see them. ``crisp`` ones are enlarged by squares."""

    source: str
    alt: str
    width: int
    height: int
    crisp: bool


@dataclass(frozen=True)
class Figure:
    """One picture with its caption, and what its two axes are, where it has some."""

    kind: ClassVar[str] = "figure"
    picture: Picture
    caption: str
    axes: tuple[str, str] | None = None


@dataclass(frozen=True)
class Strips:
    """Rows of pictures, each with a label at its left, under one caption."""

    kind: ClassVar[str] = "strips"
    rows: tuple[tuple[str, Picture], ...]
    caption: str


@dataclass(frozen=True)
class Charts:
    """Charts side by side as SVG elements, with a legend (the drawing and the name of each entry) and a caption."""

    kind: ClassVar[str] = "charts"
    drawings: tuple[Markup, ...]
    caption: str
    legend: tuple[tuple[Markup, str], ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of a table: its name, a note below that, its cells."""

    name: str
    cells: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under their heads, of which the first is that of the names."""

    kind: ClassVar[str] = "table"
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""


Part = Words | Command | Facts | Figure | Strips | Charts | Table


def sheet(pictures: Pixels | Sequence[Pixels], columns: int, alt: str, gap: int = 1) -> Picture:
    """Images uint8 [N, C, H, W] row by row as one picture of at most ``MOST_PIXELS`` on its longer side."""
    pixels = grid(pictures, columns, gap)
    crisp = max(pixels.shape[1:]) <= MOST_PIXELS
    if not crisp:
        small = np.asarray(shrink(to_picture(pixels), MOST_PIXELS))
        pixels = small[None] if small.ndim == 2 else small.transpose(2, 0, 1)
    return Picture(png_data_url(pixels), alt, pixels.shape[2], pixels.shape[1], crisp)
