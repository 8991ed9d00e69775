"""The colours and marks of classes, the same on every page and in exported pictures."""

from __future__ import annotations

# Six of Okabe & Ito's colours and four more, chosen for the largest distance (CIE76 > 16) that any two keep to people
# with and without each kind of cone, among those that are seen on light and on dark (contrast from 1.8 and from 2.6);
# none is the grey of what has no class.
CLASS_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9",
    "#D55E00", "#C0C070", "#6020FF", "#A060FF", "#E00040",
)  # fmt: skip

# More colours cannot be told apart: the same ones come again with another mark, named as plotly does.
CLASS_MARKS = ("circle", "square", "diamond", "triangle-up", "cross", "x")

# Of runs in one figure: distinct (CIE76 > 20) to colour-blind people too, legible on light and on dark.
RUN_COLOURS = ("#8E44AD", "#b8860b", "#1b9e9e", "#c23b4b")


def class_colour(index: int) -> str:
    """The colour of the class ``index``, as '#rrggbb'; the colours repeat after the last, with another mark."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


def class_mark(index: int) -> str:
    """The mark of the class ``index``, one of ``CLASS_MARKS``: with its colour it is that of one in sixty classes."""
    return CLASS_MARKS[index // len(CLASS_COLOURS) % len(CLASS_MARKS)]
