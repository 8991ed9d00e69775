"""One image's posterior and its ELBO among those of a split. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import get_colorscale, hex_to_rgb, unlabel_rgb

from explorer.images import Pixels
from explorer.ui.figures import ACCENT, MAGNITUDE, figure
from explorer.units import significant

BINS = 40
TAIL_PERCENT = 0.5  # of a split's values at either end do not stretch the axis
SMALL = {"font": {"size": 12}}
HOVER = "<b>%{x}</b><br>μ %{y:.3~g}, σ %{customdata[0]:.3~g}<br>KL %{customdata[1]:.3~g} nats<extra></extra>"
MUTED = {False: "#c6cbd0", True: "#4a525a"}


def posterior_figure(
    mu: NDArray[np.floating],
    sigma: NDArray[np.floating],
    kl_nats: NDArray[np.floating],
    order: Iterable[int],
    dark: bool,
    height: int = 240,
    title: str = "μ ± σ, in units of the prior's σ; most KL first",
) -> go.Figure:
    """mu with sigma as whiskers, in ``order``; the band is the prior's own -1 to 1."""
    order = [int(dim) for dim in order]
    names = [f"z{dim}" for dim in order]
    trace = go.Scatter(
        x=names,
        y=mu[order],
        customdata=np.column_stack([sigma[order], kl_nats[order]]),
        error_y={"array": sigma[order], "thickness": 1.5, "width": 4 if len(order) <= 40 else 0},
        mode="markers",
        marker={"size": 8 if len(order) <= 40 else 5, "color": ACCENT[dark]},
        hovertemplate=HOVER,
    )
    chart = figure(trace, title, dark, height=height, showlegend=False)
    chart.update_xaxes(type="category", showgrid=False, tickfont={"size": 11})
    chart.update_yaxes(title="z", zeroline=True)
    chart.add_hrect(y0=-1, y1=1, fillcolor=MUTED[dark], opacity=0.25, line_width=0, layer="below")
    return chart


def share_figure(values: NDArray[np.floating], value: float, name: str, place: str, dark: bool) -> go.Figure:
    """How a quantity in nats is spread over the test split, and where one image stands; ``place`` says it in words."""
    low, high = np.percentile(values, [TAIL_PERCENT, 100 - TAIL_PERCENT])
    low, high = min(float(low), value), max(float(high), value)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts, edges = np.histogram(np.clip(values, low, high), BINS, (low, high))
    bars = go.Bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        width=(high - low) / BINS,
        marker={"color": MUTED[dark], "line": {"width": 0}},
        hovertemplate="around %{x:.3~g} nats: %{y:,d} images<extra></extra>",
    )
    title = f"<b>{name} {significant(value)} nats</b><br>{place}"
    chart = figure(bars, title, dark, height=175, bargap=0, showlegend=False, margin={"t": 52})
    chart.update_xaxes(title=SMALL | {"text": f"{name} (nats)"}, showgrid=False, zeroline=False, nticks=5)
    chart.update_yaxes(title=SMALL | {"text": "test images"}, nticks=3, zeroline=False)
    chart.add_vline(x=value, line={"color": ACCENT[dark], "width": 3})
    return chart


@cache
def magnitude_table() -> NDArray[np.uint8]:
    """The 256 colours of the magnitude scale: [256, 3]."""
    stops = get_colorscale(MAGNITUDE)
    colours = np.array([hex_to_rgb(c) if c.startswith("#") else unlabel_rgb(c) for _, c in stops], float)
    places = [place for place, _ in stops]
    levels = np.linspace(0, 1, 256)
    return np.stack([np.interp(levels, places, colours[:, band]) for band in range(3)], 1).round().astype(np.uint8)


def error_picture(error: Pixels) -> Pixels:
    """An absolute error, uint8 [C, H, W], as colours of the magnitude scale from 0 to 255: [3, H, W].

    The bands of a colour picture are averaged.
    """
    levels = error.mean(0).round().astype(np.uint8)  # [H, W]
    return magnitude_table()[levels].transpose(2, 0, 1).copy()
