"""Figures of KL, effect and aggregate posterior of each latent dimension. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.base import significant
from explorer.base.languages import _
from explorer.inference.latent_space import Prior
from explorer.ui.common.figures import ACCENT, INK, MUTED, SMALL_FONT, figure

SHOWN = 8  # dimensions whose codes are drawn
HISTOGRAM_COLUMNS = 4
HISTOGRAM_BINS = 48
EDGE = 4.0  # of the axis, in the prior's widest sigma, at least 1; what lies beyond is counted at its end
HISTOGRAM_HEIGHT = 118
IDLE_NATS = 0.01


def dimensions_figure(kl: Sequence[float], effect: Sequence[float], dark: bool) -> go.Figure:
    """KL and effect of each dimension as bars, most KL first; only the effect where there is no KL."""
    panels = [(kl, "KL", "nats", ACCENT[dark])] if len(kl) else []
    panels.append((effect, _("effect"), _("grey levels"), MUTED[dark]))
    order = np.argsort(-np.asarray(panels[0][0]), kind="stable")
    names = [f"z{dim}" for dim in order]
    chart = make_subplots(len(panels), 1, shared_xaxes=True, vertical_spacing=0.1)
    for row, (values, title, unit, colour) in enumerate(panels, 1):
        shown = np.asarray(values)[order]
        bars = go.Bar(
            x=names,
            y=shown,
            marker={"color": colour, "line": {"width": 0}},
            customdata=[significant(value) for value in shown],
            hovertemplate=f"%{{x}}: {title} %{{customdata}}<extra></extra>",
        )
        chart.add_trace(bars, row, 1)
        label = SMALL_FONT | {"text": f"{title} ({unit})"}
        chart.update_yaxes(title=label, nticks=4, rangemode="tozero", row=row, col=1)
    chart.update_xaxes(type="category", showgrid=False, tickfont={"size": 11}, tickangle=0, nticks=24)
    chart.update_layout(figure([], kl_headline(kl), dark, height=110 + 85 * len(panels), showlegend=False).layout)
    return chart


def kl_headline(kl: Sequence[float]) -> str:
    """The title of the figure, with the number of dimensions without KL."""
    if not len(kl):
        return _("What each dimension does to the picture")
    idle = sum(value < IDLE_NATS for value in kl)
    if not idle:
        return _("What each dimension carries, and does to the picture")
    return _("What each dimension carries, and does to the picture; {n} carry nothing").format(n=idle)


def aggregate_figure(
    draws: NDArray[np.floating], prior: Prior, dims: Sequence[int], far: Sequence[float], dark: bool
) -> go.Figure:
    """Codes of all images along some dimensions as histograms, with the prior's density over them.

    Parameters
    ----------
    draws : of the aggregate posterior, [N, K]. dims : which to draw. far : each dimension's distance, [K].
    """
    rows = -(-len(dims) // HISTOGRAM_COLUMNS)
    columns = min(len(dims), HISTOGRAM_COLUMNS)
    titles = [_("z{dim} · {distance} σ off").format(dim=dim, distance=significant(far[dim], 2)) for dim in dims]
    chart = make_subplots(rows, columns, subplot_titles=titles, vertical_spacing=0.34 / rows, horizontal_spacing=0.03)
    edge = EDGE * max(1.0, float(prior.spread()[list(dims)].max()))
    along = np.linspace(-edge, edge, 81)
    for place, dim in enumerate(dims):
        shares, edges = np.histogram(draws[:, dim].clip(-edge, edge), HISTOGRAM_BINS, (-edge, edge), density=True)
        bars = go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=shares,
            marker={"color": MUTED[dark], "line": {"width": 0}},
            hovertemplate=_("z{dim} around {x}").format(dim=dim, x="%{x:.1f}") + "<extra></extra>",
        )
        line = go.Scatter(x=along, y=prior.marginal_density(along, dim), mode="lines", hoverinfo="skip")
        line.line = {"color": ACCENT[dark], "width": 2}
        for trace in (bars, line):
            chart.add_trace(trace, place // HISTOGRAM_COLUMNS + 1, place % HISTOGRAM_COLUMNS + 1)
    chart.update_xaxes(
        range=[-edge, edge], tickvals=[-round(edge / 2), 0, round(edge / 2)], showgrid=False, zeroline=False
    )
    chart.update_yaxes(showticklabels=False, showgrid=False, zeroline=False)
    chart.update_annotations(font={"size": 12, "color": INK[dark]})
    title = _("Codes of all images (bars) against the prior (line)")
    layout = figure(
        [], title, dark, height=70 + HISTOGRAM_HEIGHT * rows, bargap=0, showlegend=False, margin={"t": 56}
    ).layout
    annotations = chart.layout.annotations
    chart.update_layout(layout)
    chart.update_layout(annotations=annotations)
    return chart
