"""One image's posterior, and maps of its pixels as coloured pictures. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import get_colorscale, hex_to_rgb, unlabel_rgb

from explorer.base.languages import N_, _
from explorer.images import Pixels
from explorer.ui.common.figures.style import ACCENT, MAGNITUDE, figure

SMALL_FONT = {"font": {"size": 12}}
DIVERGING_SCALE = "RdBu_r"  # red above, blue below, white at 0; distinguishable for colour-blind readers
HOVER = "<b>%{x}</b><br>μ %{y:.3~g}, σ %{customdata[0]:.3~g}<br>KL %{customdata[1]:.3~g} nats<extra></extra>"
MUTED = {False: "#c6cbd0", True: "#4a525a"}


def posterior_figure(
    mu: NDArray[np.floating],
    sigma: NDArray[np.floating],
    kl_nats: NDArray[np.floating],
    order: Iterable[int],
    dark: bool,
    height: int = 240,
    title: str = N_("μ ± σ, in units of the prior's σ; most KL first"),
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
    chart = figure(trace, _(title), dark, height=height, showlegend=False)
    chart.update_xaxes(type="category", showgrid=False, tickfont={"size": 11})
    chart.update_yaxes(title="z", zeroline=True)
    chart.add_hrect(y0=-1, y1=1, fillcolor=MUTED[dark], opacity=0.25, line_width=0, layer="below")
    return chart


def error_picture(error: Pixels) -> Pixels:
    """An absolute error, uint8 [C, H, W], as colours of the magnitude scale from 0 to 255: [3, H, W].

    The bands of a colour picture are averaged.
    """
    return magnitude_picture(error.mean(0).round(), 255)


@cache
def colour_table(scale: str) -> NDArray[np.uint8]:
    """The 256 colours of a plotly scale: [256, 3]."""
    stops = get_colorscale(scale)
    colours = np.array([hex_to_rgb(c) if c.startswith("#") else unlabel_rgb(c) for _, c in stops], float)
    places = [place for place, _ in stops]
    levels = np.linspace(0, 1, 256)
    return np.stack([np.interp(levels, places, colours[:, band]) for band in range(3)], 1).round().astype(np.uint8)


def magnitude_picture(values: NDArray[np.floating], top: float) -> Pixels:
    """[H, W] as colours of the magnitude scale from 0 to ``top``: [3, H, W]."""
    return coloured(values / (top or 1), MAGNITUDE)


def signed_picture(values: NDArray[np.floating], end: float) -> Pixels:
    """[H, W] as colours of the diverging scale, -``end`` to ``end`` with 0 in its middle: [3, H, W]."""
    return coloured(0.5 + values / (2 * end), DIVERGING_SCALE)


def coloured(unit: NDArray[np.floating], scale: str) -> Pixels:
    """[H, W] in [0, 1] (what is beyond takes the end's colour) as colours: [3, H, W]."""
    levels = (np.clip(unit, 0, 1) * 255).round().astype(np.uint8)
    return colour_table(scale)[levels].transpose(2, 0, 1).copy()
