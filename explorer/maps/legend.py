"""The legend of a drawn map: the name of each class beside its mark, in letters that the machine has."""

from __future__ import annotations

import contextlib
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from explorer.base import natural_key
from explorer.base.palette import class_colour, class_mark

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

INK = "#1F2428"
LEGEND_WIDTH, LINE = 220, 40  # of the legend and of the height of its lines, pixels
TEXT_WIDTH = LEGEND_WIDTH - LINE - 10
ARM = 0.35  # of a cross's half width: half the thickness of its bars
# Looked for where the system keeps its fonts, if Pillow's own, which is Latin without accents, has not every letter.
FONTS = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "NotoSansCJK-Regular.ttc", "Arial Unicode.ttf", "arial.ttf", "msyh.ttc",
    "PingFang.ttc", "malgun.ttf", "meiryo.ttc", "Nirmala.ttf",
)  # fmt: skip
ABSENT = "\uffff"  # no character: fonts draw their box for it


def draw_legend(draw: ImageDraw, classes: tuple[str, ...], left: int, height: int) -> None:
    """Draw the names of as many classes as fit, in natural order, and how many are left out."""
    order = sorted(range(len(classes)), key=lambda label: natural_key(classes[label]))
    lines = height // LINE - 2
    listed = order if len(order) <= lines else order[: lines - 1]
    for row, label in enumerate(listed, 1):
        centre = (left + LINE // 4, row * LINE + LINE // 4)
        draw_mark(draw, centre, LINE // 4, class_mark(label), class_colour(label))
        text, font = legible(classes[label], label)
        draw.text((left + LINE, row * LINE), shortened(text, font), fill=INK, font=font)
    if len(listed) < len(order):
        rest = f"and {len(order) - len(listed):,} more"
        draw.text((left + LINE, (len(listed) + 1) * LINE), rest, fill=INK, font=fonts()[0])


def draw_mark(draw: ImageDraw, centre: tuple[float, float], radius: float, mark: str, colour: str) -> None:
    """Draw one of ``CLASS_MARKS``."""
    x, y = centre
    if mark == "circle":
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    else:
        draw.polygon([(x + radius * u, y + radius * v) for u, v in MARK_CORNERS[mark]], fill=colour)


# Corners of the marks that are no circle, in units of their half width; y grows downwards.
CROSS = (
    (-ARM, -1), (ARM, -1), (ARM, -ARM), (1, -ARM), (1, ARM), (ARM, ARM),
    (ARM, 1), (-ARM, 1), (-ARM, ARM), (-1, ARM), (-1, -ARM), (-ARM, -ARM),
)  # fmt: skip
MARK_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "diamond": ((0, -1), (1, 0), (0, 1), (-1, 0)),
    "triangle-up": ((0, -1), (1, 1), (-1, 1)),
    "cross": CROSS,
    "x": tuple(((u - v) / 2**0.5, (u + v) / 2**0.5) for u, v in CROSS),
}


def legible(name: str, label: int) -> tuple[str, FreeTypeFont]:
    """A class's name and a font that has all its letters; without accents, or by its number, where none has."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter))
    for text in (name, plain, f"class {label}"):
        for font in fonts():
            if has_letters(font, text):
                return text, font
    raise AssertionError("Pillow's own font has the letters of 'class 0'")


@lru_cache(maxsize=1)
def fonts() -> list[FreeTypeFont]:
    """Pillow's own font and those of ``FONTS`` that the machine has."""
    from PIL import ImageFont

    own = ImageFont.load_default(size=LINE // 2)
    assert isinstance(own, ImageFont.FreeTypeFont)
    found = [own]
    for file in FONTS:
        with contextlib.suppress(OSError):  # where this machine has it not
            found.append(ImageFont.truetype(file, LINE // 2))
    return found


def has_letters(font: FreeTypeFont, text: str) -> bool:
    """Whether the font draws each letter, not the box for what it lacks."""
    box = bytes(font.getmask(ABSENT))
    return all(letter.isspace() or bytes(font.getmask(letter)) != box for letter in set(text))


def shortened(text: str, font: FreeTypeFont) -> str:
    """The text, or as much of its beginning as is ``TEXT_WIDTH`` wide with an ellipsis."""
    if font.getlength(text) <= TEXT_WIDTH:
        return text
    kept = len(text)
    while kept and font.getlength(text[:kept].rstrip() + "…") > TEXT_WIDTH:
        kept -= 1
    return text[:kept].rstrip() + "…"
