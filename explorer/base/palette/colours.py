"""The colours of classes, the same on every page and in exported pictures."""

from __future__ import annotations

# Okabe & Ito's colours, extended to ten that colour-blind people can tell apart on light and on dark.
CLASS_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9",
    "#D55E00", "#B8A70F", "#7F6FC8", "#8C8C8C", "#8B4A2B",
)  # fmt: skip

# Of runs in one figure: distinct (CIE76 > 20) to colour-blind people too, legible on light and on dark.
RUN_COLOURS = ("#8E44AD", "#b8860b", "#1b9e9e", "#c23b4b")


def class_colour(index: int) -> str:
    """The colour of the class ``index``, as '#rrggbb'; the colours repeat after the last."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]
