"""The learning curves of several runs in one figure. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.ui.common.figures import Metrics, figure, named

COMPARED_HEIGHT = 400
# What is drawn: its name, the metric's key, its sign, its unit, whether it is of the ELBO, its x and y domains.
COMPARED_PANELS = (
    ("-ELBO", "elbo_nats", -1, N_("nats per image"), True, (0.0, 0.6), (0.0, 0.93)),
    ("KL", "kl_nats", 1, "nats", True, (0.7, 1.0), (0.58, 0.93)),
    ("MSE", "mse", 1, N_("a pixel"), False, (0.7, 1.0), (0.0, 0.35)),
)
FEW_EPOCHS = 10  # epochs up to which each is a mark of its own
# Not by colour alone.
DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up")


@dataclass(frozen=True)
class Course:
    """One run's training: how it is called and coloured, the lines of its metrics, whether it has an ELBO."""

    label: str
    colour: str
    metrics: Metrics
    variational: bool = True


def compared_curves(courses: Sequence[Course], title: str, dark: bool) -> go.Figure:
    """-ELBO of the test images large, KL and MSE beside it, over the epochs; a line a run."""
    layout: dict[str, Any] = {}
    for i, (*_name, unit, _of_elbo, x_domain, y_domain) in enumerate(COMPARED_PANELS):
        n = "" if i == 0 else str(i + 1)
        layout[f"xaxis{n}"] = {"domain": x_domain, "anchor": f"y{n}", "title": named(_("epoch")), "rangemode": "tozero"}
        layout[f"yaxis{n}"] = {"domain": y_domain, "anchor": f"x{n}", "title": named(_(unit)), "tickformat": "~g"}
    layout["xaxis2"]["title"] = None  # MSE's axis below says it
    traces = [trace for i in range(len(COMPARED_PANELS)) for trace in panel(i, courses)]
    return figure(
        traces,
        title,
        dark,
        height=COMPARED_HEIGHT,
        hovermode="x unified",
        annotations=headings(),
        legend={"x": 0.6, "xanchor": "right", "y": 0.92, "yanchor": "top"},
        **layout,
    )


def panel(i: int, courses: Sequence[Course]) -> list[go.Scatter]:
    """The runs in one panel; the legend names them once."""
    key, sign, unit, of_elbo = COMPARED_PANELS[i][1:5]
    n = "" if i == 0 else str(i + 1)
    named_already = {course.label for course in courses if course.variational} if i else set()
    return [
        go.Scatter(
            x=[line["epoch"] for line in course.metrics],
            y=[sign * line["test"][key] for line in course.metrics],
            name=course.label,
            legendgroup=course.label,
            showlegend=course.label not in named_already,
            mode="lines+markers" if len(course.metrics) <= FEW_EPOCHS else "lines",
            line={"color": course.colour, "dash": DASHES[place], "width": 2},
            marker={"size": 6, "symbol": SYMBOLS[place]},
            xaxis=f"x{n}",
            yaxis=f"y{n}",
            text=[significant(sign * line["test"][key]) for line in course.metrics],
            hovertemplate=f"%{{text}} {_(unit)}",
        )
        for place, course in enumerate(courses)
        if course.variational or not of_elbo
    ]


def headings() -> list[dict[str, Any]]:
    """Put the title of each panel above its left edge."""
    return [
        {"text": f"<b>{name}</b>", "x": x[0], "y": y[1], "xref": "paper", "yref": "paper", "showarrow": False,
         "xanchor": "left", "yanchor": "bottom"}
        for name, _, _, _, _, x, y in COMPARED_PANELS
    ]  # fmt: skip
