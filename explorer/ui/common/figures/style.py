"""Data to plotly figures. No Streamlit calls, so that they can be tested; one template that follows the theme."""

from __future__ import annotations

from collections.abc import Sequence

import pandas  # noqa: F401 - plotly looks whether it is loaded, and fails while another visitor's thread loads it
import plotly.graph_objects as go

from explorer.base.palette import CLASS_COLOURS

INK = {False: "#1f2428", True: "#e6e8ea"}
ACCENT = {False: "#0b6e99", True: "#4fb3d9"}
MAGNITUDE = "Viridis"


def template(dark: bool) -> go.layout.Template:
    """Thin grid, no boxes, text and lines that are read on the theme's background."""
    ink, line = INK[dark], "#353b41" if dark else "#e3e3df"
    axis = {
        "gridcolor": line,
        "zerolinecolor": line,
        "linecolor": line,
        "gridwidth": 1,
        "ticks": "",
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": ink, "size": 13, "family": "Source Sans, sans-serif", "variant": "normal"},
            "title": {"font": {"size": 14}, "x": 0, "xanchor": "left"},
            "colorway": list(CLASS_COLOURS),
            "xaxis": axis,
            "yaxis": axis,
            "legend": {"borderwidth": 0, "bgcolor": "rgba(0,0,0,0)"},
            "margin": {"l": 8, "r": 8, "t": 36, "b": 8},
            "hoverlabel": {"font": {"size": 13}},
        }
    )


def figure(traces: Sequence[go.Trace] | go.Trace, title: str, dark: bool, **layout: object) -> go.Figure:
    """A figure in our template; ``title`` says what to see."""
    return go.Figure(traces, go.Layout(template=template(dark), title=title, **layout))
