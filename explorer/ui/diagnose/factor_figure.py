"""The heat map of factors and dimensions. Pure functions, as in ``figures.py``."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.base.languages import _
from explorer.ui.common.figures import MAGNITUDE, figure

Table = Mapping[str, Sequence[float]]  # of each factor a number from 0 to 1 for each dimension

OWN_FROM = 0.5  # share of a factor from which a dimension is called its own
MOST_NUMBERED = 12  # dimensions, of which the cells bear their numbers
ROW_HEIGHT = 34


def factor_figure(table: Table, dims: Sequence[int], share_of: str, dark: bool) -> go.Figure:
    """A row a factor, a column for each of ``dims``; ``share_of`` says what a cell is in the tip."""
    values = np.array([[row[dim] for dim in dims] for row in table.values()])  # [F, k]
    numbers = [[f"{value:.2f}" for value in row] for row in values]
    heat = go.Heatmap(
        z=values,
        x=[f"z{dim}" for dim in dims],
        y=[html.escape(name) for name in table],
        zmin=0,
        zmax=1,
        colorscale=MAGNITUDE,
        xgap=2,
        ygap=2,
        text=numbers,
        texttemplate="%{text}" if len(dims) <= MOST_NUMBERED else "",
        hovertemplate=f"%{{y}}, %{{x}}: %{{text}} {share_of}<extra></extra>",
        colorbar={"thickness": 10, "outlinewidth": 0, "tickvals": [0, 0.5, 1]},
    )
    chart = figure(heat, factor_headline(table, dims), dark, height=90 + ROW_HEIGHT * len(table))
    chart.update_xaxes(type="category", showgrid=False, side="bottom", tickangle=0)
    chart.update_yaxes(type="category", showgrid=False, autorange="reversed")
    return chart


def factor_headline(table: Table, dims: Sequence[int]) -> str:
    """Which factors have most of themselves in one dimension: "scale in z8, x in z0; shape in none"."""
    own, spread = [], []
    for name, row in table.items():
        best = max(dims, key=lambda dim: row[dim])
        if row[best] >= OWN_FROM:
            own.append(_("{factor} in z{dim}").format(factor=name, dim=best))
        else:
            spread.append(name)
    parts = [
        _("mostly {factors}").format(factors=", ".join(own)) if own else "",
        _("{factors} in no one dimension").format(factors=", ".join(spread)) if spread else "",
    ]
    return html.escape(_("Where the factors are: {places}").format(places=_("; ").join(filter(None, parts))))
