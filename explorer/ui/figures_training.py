"""The learning curves of a training. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.ui.figures import ACCENT, figure
from explorer.units import significant

Metrics = Sequence[Mapping[str, Any]]  # the lines of metrics.jsonl

HEIGHT = 252
# What is drawn: its name, the metric's key, the sign that makes lower better, and its panel (x and y domain).
PANELS = (
    ("-ELBO", "elbo_nats", -1, (0.0, 0.56), (0.0, 0.93)),
    ("-reconstruction", "reconstruction_nats", -1, (0.68, 1.0), (0.6, 0.93)),
    ("KL", "kl_nats", 1, (0.68, 1.0), (0.0, 0.33)),
)


def curve(metrics: Metrics, key: str, sign: int, split: str) -> list[float]:
    """One quantity after each tick, in nats per image; ``split`` is train or test."""
    if split == "test":
        return [sign * line["test"][key] for line in metrics]
    return [sign * line[f"train_{key}"] for line in metrics]


def log_possible(metrics: Metrics) -> bool:
    """Whether every value has a logarithm; a Gaussian's densities may well be above 1."""
    return all(
        value > 0
        for _, key, sign, *_ in PANELS
        for split in ("train", "test")
        for value in curve(metrics, key, sign, split)
    )


def learning_curves(metrics: Metrics, epochs: int, dark: bool, log_y: bool = False) -> go.Figure:
    """-ELBO large, its two parts beside it, over the epochs; test solid, train dotted."""
    layout: dict[str, Any] = {}
    span = epochs_spanned(metrics, epochs)
    for i, (_, _, _, x_domain, y_domain) in enumerate(PANELS):
        n = "" if i == 0 else str(i + 1)
        layout[f"xaxis{n}"] = {"domain": x_domain, "anchor": f"y{n}", "range": [0, span], "title": named("epoch")}
        layout[f"yaxis{n}"] = y_axis(y_domain, f"x{n}", i == 0, log_y, bool(metrics))
    layout["xaxis2"]["title"] = None  # KL's axis below says it
    return figure(
        [trace for i in range(len(PANELS)) for trace in panel_traces(i, metrics, dark)],
        headline(metrics),
        dark,
        height=HEIGHT,
        uirevision="keep what was zoomed",
        hovermode="x",
        annotations=panel_titles(),
        legend={"x": 0.56, "xanchor": "right", "y": 0.92, "yanchor": "top"},
        **layout,
    )


def epochs_spanned(metrics: Metrics, epochs: int) -> int:
    """Where the axis of epochs ends: it doubles as the training goes on, so that few points are not squeezed."""
    done, span = (metrics[-1]["epoch"] if metrics else 0), 10
    while span < done:
        span *= 2
    return min(span, epochs)


def named(text: str) -> dict[str, Any]:
    """An axis's title, small and close to its axis."""
    return {"text": text, "font": {"size": 12}, "standoff": 4}


def y_axis(domain: tuple[float, float], anchor: str, large: bool, log_y: bool, numbered: bool) -> dict[str, Any]:
    """Nats, written out even where a logarithmic axis would abbreviate; without data there is nothing to number."""
    axis: dict[str, Any] = {"domain": domain, "anchor": anchor, "tickformat": "~g", "showticklabels": numbered}
    axis |= {"title": named("nats per image" if large else "nats"), "nticks": 7 if large else 4}
    return {**axis, "type": "log", "minor": {"showgrid": False}} if log_y else axis


def panel_traces(i: int, metrics: Metrics, dark: bool) -> list[go.Scatter]:
    """The two splits of one panel; the legend names them once."""
    name, key, sign, *_ = PANELS[i]
    n = "" if i == 0 else str(i + 1)
    colours = {"train": "#8C8C8C", "test": ACCENT[dark]}
    return [
        go.Scatter(
            x=[line["epoch"] for line in metrics],
            y=curve(metrics, key, sign, split),
            name=split,
            legendgroup=split,
            showlegend=i == 0,
            mode="lines+markers" if len(metrics) <= 30 else "lines",
            line={"color": colour, "dash": "dot" if split == "train" else "solid", "width": 2},
            marker={"size": 5},
            xaxis=f"x{n}",
            yaxis=f"y{n}",
            text=[significant(nats) for nats in curve(metrics, key, sign, split)],
            hovertemplate=f"{split} {name} %{{text}} nats<extra></extra>",
        )
        for split, colour in colours.items()
    ]


def panel_titles() -> list[dict[str, Any]]:
    """Each panel's name above it, at its left edge."""
    return [
        {"text": f"<b>{name}</b>", "x": x[0], "y": y[1], "xref": "paper", "yref": "paper", "showarrow": False,
         "xanchor": "left", "yanchor": "bottom"}
        for name, _, _, x, y in PANELS
    ]  # fmt: skip


def headline(metrics: Metrics) -> str:
    """What to see: where the test images stand, and which way is better."""
    if not metrics:
        return "The curves begin after the first epoch"
    nats = significant(-metrics[-1]["test"]["elbo_nats"])
    return f"Lower is better: -ELBO of the test images is {nats} nats"
