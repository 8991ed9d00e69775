"""The learning curves of a training. Pure functions, as in ``figures.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.ui.common.figures.style import ACCENT, figure

Metrics = Sequence[Mapping[str, Any]]  # the lines of metrics.jsonl

HEIGHT = 252
GREY = "#8C8C8C"
Panel = tuple[str, str, int, tuple[float, float], tuple[float, float]]
Panels = Sequence[Panel]
# What is drawn: its name, the metric's key, the sign that makes lower better, and its panel (x and y domain).
PANELS: Panels = (
    ("-ELBO", "elbo_nats", -1, (0.0, 0.56), (0.0, 0.93)),
    (N_("-reconstruction"), "reconstruction_nats", -1, (0.68, 1.0), (0.6, 0.93)),
    ("KL", "kl_nats", 1, (0.68, 1.0), (0.0, 0.33)),
)
OF_POINTS: Panels = (("-reconstruction", "reconstruction_nats", -1, (0.0, 1.0), (0.0, 0.93)),)  # an autoencoder's


SPLIT_NAMES = {"train": N_("train"), "validation": N_("validation"), "test": N_("test")}
# How the splits are drawn: not by colour alone.
SPLIT_DASHES = {"train": "dot", "validation": "dash", "test": "solid"}


def splits_in(metrics: Metrics) -> list[str]:
    """The splits that the metrics have figures of, in drawing order."""
    return [split for split in SPLIT_DASHES if split != "validation" or any(map(has_validation, metrics))]


def has_validation(line: Mapping[str, Any]) -> bool:
    """Whether there were validation images."""
    return line.get("validation") is not None


def curve(metrics: Metrics, key: str, sign: int, split: str) -> list[float]:
    """One quantity after each tick, in nats per image; ``split`` is one of ``splits_in``."""
    if split == "train":
        return [sign * line[f"train_{key}"] for line in metrics]
    return [sign * line[split][key] for line in metrics]


def log_possible(metrics: Metrics, panels: Panels = PANELS) -> bool:
    """Whether every value has a logarithm; a Gaussian's densities may well be above 1."""
    return all(
        value > 0
        for _name, key, sign, *_domains in panels
        for split in splits_in(metrics)
        for value in curve(metrics, key, sign, split)
    )


def learning_curves(
    metrics: Metrics, epochs: int, dark: bool, log_y: bool = False, panels: Panels = PANELS
) -> go.Figure:
    """The first panel large, usually -ELBO, the others beside it, over the epochs; each split in its own dashes."""
    layout: dict[str, Any] = {}
    span = epochs_spanned(metrics, epochs)
    for i, (_name, _key, _sign, x_domain, y_domain) in enumerate(panels):
        n = "" if i == 0 else str(i + 1)
        layout[f"xaxis{n}"] = {"domain": x_domain, "anchor": f"y{n}", "range": [0, span], "title": named(_("epoch"))}
        layout[f"yaxis{n}"] = y_axis(y_domain, f"x{n}", i == 0, log_y, bool(metrics))
    if len(panels) > 1:
        layout["xaxis2"]["title"] = None  # KL's axis below says it
    return figure(
        [trace for i, panel in enumerate(panels) for trace in panel_traces(i, panel, metrics, dark)],
        headline(metrics, panels[0]),
        dark,
        height=HEIGHT,
        uirevision="keep what was zoomed",
        hovermode="x",
        annotations=panel_titles(panels),
        legend={"x": panels[0][3][1], "xanchor": "right", "y": 0.92, "yanchor": "top"},
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
    axis |= {"title": named(_("nats per image") if large else "nats"), "nticks": 7 if large else 4}
    return {**axis, "type": "log", "minor": {"showgrid": False}} if log_y else axis


def panel_traces(i: int, panel: Panel, metrics: Metrics, dark: bool) -> list[go.Scatter]:
    """The splits of one panel; the legend names them once."""
    name, key, sign, *_domains = panel
    n = "" if i == 0 else str(i + 1)
    colours = {"train": GREY, "validation": GREY, "test": ACCENT[dark]}
    return [
        go.Scatter(
            x=[line["epoch"] for line in metrics],
            y=curve(metrics, key, sign, split),
            name=_(SPLIT_NAMES[split]),
            legendgroup=split,
            showlegend=i == 0,
            mode="lines+markers" if len(metrics) <= 30 else "lines",
            line={"color": colours[split], "dash": SPLIT_DASHES[split], "width": 2},
            marker={"size": 5},
            xaxis=f"x{n}",
            yaxis=f"y{n}",
            text=[significant(nats) for nats in curve(metrics, key, sign, split)],
            hovertemplate=f"{_(SPLIT_NAMES[split])} {_(name)} %{{text}} nats<extra></extra>",
        )
        for split in splits_in(metrics)
    ]


def panel_titles(panels: Panels) -> list[dict[str, Any]]:
    """Each panel's name above it, at its left edge."""
    return [
        {"text": f"<b>{_(name)}</b>", "x": x[0], "y": y[1], "xref": "paper", "yref": "paper", "showarrow": False,
         "xanchor": "left", "yanchor": "bottom"}
        for name, _key, _sign, x, y in panels
    ]  # fmt: skip


def headline(metrics: Metrics, panel: Panel) -> str:
    """What to see: where the test images stand, and which way is better."""
    if not metrics:
        return _("The curves begin after the first epoch")
    name, key, sign, *_domains = panel
    nats = significant(curve(metrics, key, sign, "test")[-1])
    return _("Lower is better: {name} of the test images is {nats} nats").format(name=_(name), nats=nats)
