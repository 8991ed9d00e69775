"""Charts as static SVG elements; the style sheet of the page gives them their colours, light, dark and in print.

Text goes through ``Markup.format``, which escapes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

Course = Sequence[tuple[float, float]]  # points of a curve, x ascending

WIDTH, HEIGHT = 320, 240
LEFT, RIGHT, TOP, BOTTOM = 44, 312, 28, 196  # of the plane of the curves
FEW_POINTS = 30  # of a curve, up to which each is marked
TICKS = 5  # at most, about
NO_RANGE = 1e-12
LINE = Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>')
LABEL = Markup('<text x="{}" y="{}" class="{}">{}</text>')


def line_chart(title: str, axes: tuple[str, str], courses: Mapping[str, Course]) -> Markup:
    """Curves over a common x axis, each drawn as the class of its name; ``axes`` are the labels of x and y.

    Values must be finite; at least one curve has a point.
    """
    points = [point for course in courses.values() for point in course]
    across = Axis([x for x, _ in points], LEFT, RIGHT)
    up = Axis([y for _, y in points], BOTTOM, TOP)
    parts = [LABEL.format(LEFT, 16, "title", title)]
    for value in up.ticks:
        parts.append(LINE.format("rule", LEFT, RIGHT, up.at(value), up.at(value)))
        parts.append(LABEL.format(LEFT - 6, up.at(value) + 4, "end", number(value)))
    parts += [LABEL.format(across.at(value), BOTTOM + 18, "middle", number(value)) for value in across.ticks]
    parts.append(LABEL.format((LEFT + RIGHT) / 2, HEIGHT - 8, "middle", axes[0]))
    parts.append(LABEL.format(RIGHT, 16, "end", axes[1]))
    parts += [curve(name, course, across, up) for name, course in courses.items()]
    return drawing(title, WIDTH, HEIGHT, parts)


def drawing(title: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    """An SVG element of these parts, which scales with its place; ``title`` is read out."""
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">')
    return head.format(coordinate(width), coordinate(height), title) + Markup("").join(parts) + Markup("</svg>")


def curve(name: str, course: Course, across: Axis, up: Axis) -> Markup:
    """One curve; of few points each is marked, and a single one can be seen."""
    places = [(coordinate(across.at(x)), coordinate(up.at(y))) for x, y in course]
    line = Markup('<polyline class="curve {}" points="{}"/>').format(name, " ".join(f"{x},{y}" for x, y in places))
    marks = places if len(places) <= FEW_POINTS else []
    return line + Markup("").join(
        Markup('<circle class="{}" cx="{}" cy="{}" r="2.5"/>').format(name, *at) for at in marks
    )


def line_key(name: str) -> Markup:
    """The drawing of a curve in a legend."""
    line = Markup('<line class="curve {}" x1="1" x2="31" y1="6" y2="6"/>').format(name)
    return Markup('<svg class="key" viewBox="0 0 32 12" width="32" height="12" aria-hidden="true">{}</svg>').format(
        line
    )


class Axis:
    """A linear axis from pixel ``low`` to pixel ``high`` that spans the values, to whole ticks at both ends."""

    def __init__(self, values: Sequence[float], low: float, high: float) -> None:
        first, last = min(values), max(values)
        if last - first < NO_RANGE * max(1.0, abs(first)):
            first, last = first - 0.5, last + 0.5
        step = nice_step(last - first)
        start, end = math.floor(first / step), math.ceil(last / step)
        self.low, self.high = low, high
        self.ticks = [step * i for i in range(start, end + 1)]

    def at(self, value: float) -> float:
        """The pixel of a value, to a tenth."""
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return round(self.low + share * (self.high - self.low), 1)


def nice_step(span: float) -> float:
    """The least of 1, 2 and 5 times a power of ten that divides the span into no more than ``TICKS`` steps."""
    power = 10.0 ** math.floor(math.log10(span / TICKS))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= span / TICKS * (1 - 1e-9))


def number(value: float) -> str:
    """A tick's label, with a proper minus."""
    return f"{round(value, 12) + 0:g}".replace("-", "−")


def coordinate(value: float) -> str:
    """A place in SVG to a tenth of a pixel."""
    return f"{round(value, 1) + 0:g}"
