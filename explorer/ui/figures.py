"""Data to plotly figures. No Streamlit calls, so that they can be tested; one template that follows the theme."""

from __future__ import annotations

from collections.abc import Sequence

import pandas  # noqa: F401 - plotly looks whether it is loaded, and fails while another visitor's thread loads it
import plotly.graph_objects as go

# Okabe & Ito's colours, extended to ten that colour-blind people can tell apart on light and on dark.
CLASS_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9",
    "#D55E00", "#B8A70F", "#7F6FC8", "#8C8C8C", "#8B4A2B",
)  # fmt: skip
INK = {False: "#1f2428", True: "#e6e8ea"}
ACCENT = {False: "#0b6e99", True: "#4fb3d9"}
MAGNITUDE = "Viridis"


def class_colour(index: int) -> str:
    """The colour of a class, the same on every page."""
    return CLASS_COLOURS[index % len(CLASS_COLOURS)]


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
