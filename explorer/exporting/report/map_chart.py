"""The points of a map as one SVG element, with the colours and marks of their classes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from explorer.base.palette import class_colour, class_mark
from explorer.exporting.report.svg import coordinate, drawing
from explorer.maps import MARK_CORNERS, dot_radius, pixel_positions
from explorer.maps.fits import Points

SIDE = 1200  # as of a map's PNG, whose points have the same size
MARGIN = 12  # around the points
AT_ONCE = 500  # points drawn class by class; of all at once the last class would cover the others
NEUTRAL = "unlabelled"
DOT = Markup('<path class="dots {}" style="stroke: {}; stroke-width: {}" d="{}"/>')
SHAPE = Markup('<path class="{}" style="fill: {}" d="{}"/>')


def map_chart(points: Points, labels: NDArray[np.int64] | None, title: str) -> Markup:
    """The points [N, 2] at equal scale of both axes; those without a label are grey."""
    places, radius = pixel_positions(points, SIDE), dot_radius(len(points))
    places -= places.min(0) - MARGIN
    width, height = (places.max(0) + MARGIN).tolist()
    parts = []
    for start in range(0, len(points), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        for label, own in by_class(None if labels is None else labels[some]):
            parts.append(marks(places[some][own], label, radius))
    return drawing(title, width, height, parts)


def by_class(labels: NDArray[np.int64] | None) -> Iterator[tuple[int | None, NDArray[np.bool_] | slice]]:
    """Each label that there is, and where it is; None for all where there are no labels."""
    if labels is None:
        yield None, slice(None)
    for label in () if labels is None else np.unique(labels).tolist():
        yield label, labels == label


def marks(places: NDArray[np.float64], label: int | None, radius: float) -> Markup:
    """The marks of one class at ``places`` [N, 2], pixels, as one path."""
    colour, mark = ("var(--quiet)", "circle") if label is None else (class_colour(label), class_mark(label))
    if mark == "circle":  # a line without length and with round ends
        path = "".join(f"M{coordinate(x)} {coordinate(y)}h0" for x, y in places.tolist())
        return DOT.format(NEUTRAL if label is None else "", colour, coordinate(2 * radius), path)
    corners = radius * np.array(MARK_CORNERS[mark])
    steps = "".join(f"l{coordinate(x)} {coordinate(y)}" for x, y in np.diff(corners, axis=0).tolist())
    path = "".join(f"M{coordinate(x)} {coordinate(y)}{steps}z" for x, y in (places + corners[0]).tolist())
    return SHAPE.format("marks", colour, path)


def class_key(label: int) -> Markup:
    """The mark of a class in a legend."""
    mark = marks(np.array([[6.0, 6.0]]), label, 5)
    return Markup('<svg class="key" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{}</svg>').format(
        mark
    )
