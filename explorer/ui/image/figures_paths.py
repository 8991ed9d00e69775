"""Figures of the latent density along a path. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.image_lab.scores import Scale
from explorer.ui.common.figures import ACCENT, MUTED, SMALL_FONT, figure

ROOM = 0.12  # above and below, so that the band is seen to end
HOLE = {False: "#b5460f", True: "#f0883e"}


def beyond(values: NDArray[np.float64], scale: Scale, usual: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Which values lie on the unusual side of the band: [P]; none where there is no band."""
    if usual is None:
        return np.zeros(len(values), bool)
    return values < usual[0] if scale.low_is_outside else values > usual[1]


def path_figure(
    shares: NDArray[np.float64],
    values: NDArray[np.float64],
    scale: Scale,
    usual: tuple[float, float] | None,
    stops: Sequence[float],
    dark: bool,
) -> go.Figure:
    """A line over the way [P], orange where it leaves the band of what is usual; ``stops``: shares of images."""
    unit, way = _(scale.unit), _("{} of the way").format("%{x:.0f} %")
    hover = f"{way}<br>{unit} %{{y:.3~g}}<extra></extra>"
    line = go.Scatter(x=100 * shares, y=values, mode="lines", line={"color": ACCENT[dark]}, hovertemplate=hover)
    outside = np.where(beyond(values, scale, usual), values, np.nan)
    hole = go.Scatter(
        x=100 * shares, y=outside, mode="lines+markers", line={"color": HOLE[dark], "width": 3},
        marker={"size": 4}, hoverinfo="skip",
    )  # fmt: skip
    chart = figure([line, hole], "", dark, height=190, showlegend=False, margin={"t": 10})
    seen = np.append(values, usual or ())
    low, high = seen.min(), seen.max()
    margin = ROOM * ((high - low) or 1.0)
    chart.update_xaxes(
        title=SMALL_FONT | {"text": _("decoded length, %")}, range=[0, 101], showgrid=False, zeroline=False
    )
    chart.update_yaxes(title=SMALL_FONT | {"text": unit}, range=[low - margin, high + margin], zeroline=False)
    if usual is not None:
        chart.add_hrect(y0=usual[0], y1=usual[1], fillcolor=MUTED[dark], opacity=0.3, line_width=0, layer="below")
    for stop in stops:
        chart.add_vline(x=100 * stop, line={"color": MUTED[dark], "dash": "dot", "width": 1})
    return chart
