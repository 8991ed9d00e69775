"""KL per latent dimension and active units, over the epochs of a training. Pure functions."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from explorer.base import significant
from explorer.base.languages import _
from explorer.ui.common.figures import ACCENT, MAGNITUDE, Metrics, epochs_spanned, figure, named

HEIGHT = 180
STRIP = (0.36, 1.0)  # the y domains
COUNT = (0.0, 0.2)
SMALL = {"size": 12}
COLOUR_BAR = {
    "title": {"text": "nats", "side": "top", "font": SMALL},
    "tickfont": SMALL,
    "thickness": 10,
    "len": 0.72,
    "y": 0.68,
    "nticks": 4,
    "outlinewidth": 0,
}


def usage(metrics: Metrics, epochs: int, dark: bool) -> go.Figure:
    """The test images' KL of each dimension as a heat strip, and below it the number of active units."""
    span = epochs_spanned(metrics, epochs)
    x_axis = {"range": [0, span], **({"dtick": 1} if span <= 5 else {})}
    return figure(
        [strip(metrics), active_line(metrics, dark)] if metrics else [],
        headline(metrics),
        dark,
        height=HEIGHT,
        showlegend=False,
        hovermode="closest",
        xaxis={**x_axis, "anchor": "y", "showticklabels": False, "showgrid": False},
        yaxis={"domain": STRIP, "title": named(_("dimension")), **dimension_ticks(metrics)},
        xaxis2={**x_axis, "anchor": "y2", "title": named(_("epoch"))},
        yaxis2={"domain": COUNT, "anchor": "x2", "title": named(_("active")), **count_ticks(metrics)},
    )


def kl_by_dimension(metrics: Metrics) -> list[list[float]]:
    """KL in nats: a row for each dimension, a column for each tick."""
    return [list(row) for row in zip(*(line["test"]["kl_per_dim"] for line in metrics), strict=True)]


def strip(metrics: Metrics) -> go.Heatmap:
    """KL as a heat map of dimensions against epochs; a tick's column extends back to the previous tick."""
    rows = kl_by_dimension(metrics)
    return go.Heatmap(
        x=[0.0, *(line["epoch"] for line in metrics)],  # the columns' edges
        y=list(range(len(rows))),
        z=rows,
        zmin=0,
        colorscale=MAGNITUDE,
        colorbar=COLOUR_BAR,
        text=[[significant(max(nats, 0.0)) for nats in row] for row in rows],
        hovertemplate="z%{y}: KL %{text} nats<extra></extra>",
    )


def active_line(metrics: Metrics, dark: bool) -> go.Scatter:
    """Number of active units after each tick, where the run has it (older ones have not)."""
    counted = [line for line in metrics if "active_units" in line]
    return go.Scatter(
        x=[line["epoch"] for line in counted],
        y=[line["active_units"] for line in counted],
        mode="lines+markers" if len(counted) <= 30 else "lines",
        line={"color": ACCENT[dark], "width": 2, "shape": "hv"},
        marker={"size": 5},
        xaxis="x2",
        yaxis="y2",
        hovertemplate="%{y} " + _("active units") + "<extra></extra>",
    )


def dimension_ticks(metrics: Metrics) -> dict[str, Any]:
    """Axis with z0 on top and about six labels."""
    count = dimensions(metrics)
    step = max(1, -(-count // 6))
    shown = list(range(0, count, step))
    ticks = {"tickvals": shown, "ticktext": [f"z{i}" for i in shown]}
    return {
        "range": [count - 0.5, -0.5],
        "showgrid": False,
        "zeroline": False,
        "showticklabels": bool(metrics),
        **ticks,
    }


def count_ticks(metrics: Metrics) -> dict[str, Any]:
    """Axis from 0 to all dimensions."""
    count = dimensions(metrics)
    return {"range": [0, count * 1.15], "tickvals": [count], "zeroline": False, "showticklabels": bool(metrics)}


def dimensions(metrics: Metrics) -> int:
    """The size of the latent space; 1 before it is known."""
    return len(metrics[-1]["test"]["kl_per_dim"]) if metrics else 1


def headline(metrics: Metrics) -> str:
    """The title of the figure."""
    if not metrics:
        return _("KL per dimension comes after the first epoch")
    active = metrics[-1].get("active_units")
    if active is None:
        return _("KL per dimension: dark ones carry nothing")
    text = _("KL per dimension: {active} of {n} are active")
    return text.format(active=active, n=dimensions(metrics))
