"""The map: one point an image, coloured by class. Pure functions, as in ``figures.py``."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.latents import Latents
from explorer.projections import Points, Projection, projection_spec
from explorer.ui.figures import INK, class_colour, figure

NEUTRAL = "#8C8C8C"
HEIGHT = 540
MANY = 3000  # points beyond which the dots are drawn smaller


def class_name(latents: Latents, index: int) -> str | None:
    """The class of one image; None where there are no labels."""
    if latents.labels is None:
        return None
    return label_name(latents, int(latents.labels[index]))


def label_name(latents: Latents, label: int) -> str:
    """A class's name; its number where the run does not name it."""
    return latents.classes[label] if 0 <= label < len(latents.classes) else str(label)


def map_figure(projection: Projection, latents: Latents, dark: bool, selected: int | None = None) -> go.Figure:
    """All points, one trace a class; ``customdata`` holds each image's index and its KL in nats.

    ``selected`` is marked from the start; later clicks are marked by the browser.
    """
    spec = projection_spec(projection.method)
    kl_nats = latents.values.kl_nats.sum(1)
    traces = [
        scatter(projection.points, kl_nats, chosen, name, colour, dark) for name, colour, chosen in groups(latents)
    ]
    if selected is not None:
        for trace, (_, _, chosen) in zip(traces, groups(latents), strict=True):
            trace.selectedpoints = np.flatnonzero(chosen == selected)
    legend = {"title": "", "itemsizing": "constant", "y": 1, "yanchor": "top", "x": 1.01, "font": {"size": 13}}
    axis = {"zeroline": False, "showticklabels": spec.quick, "nticks": 7}  # a t-SNE's numbers mean nothing
    return figure(
        traces,
        f"{spec.title} of the posterior means: close points look alike to the model",
        dark,
        height=HEIGHT,
        xaxis={"title": spec.axes[0], **axis},
        yaxis={"title": spec.axes[1], "scaleanchor": "x", **axis},
        legend=legend,
        showlegend=latents.labels is not None,
        dragmode="pan",
        hovermode="closest",
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": NEUTRAL, "activecolor": INK[dark]},
    )


def groups(latents: Latents) -> list[tuple[str, str, NDArray[np.int64]]]:
    """Name, colour and indices of each class; one neutral group where there are no labels."""
    if latents.labels is None:
        return [("", NEUTRAL, np.arange(len(latents)))]
    present = [int(label) for label in np.unique(latents.labels)]
    return [
        (label_name(latents, label), class_colour(label), np.flatnonzero(latents.labels == label)) for label in present
    ]


def scatter(
    points: Points, kl_nats: NDArray[np.float32], chosen: NDArray[np.int64], name: str, colour: str, dark: bool
) -> go.Scattergl:
    """The points of one class; a selected one grows and takes the ink's colour."""
    first = f"<b>class {name}</b><br>" if name else ""
    return go.Scattergl(
        x=points[chosen, 0],
        y=points[chosen, 1],
        customdata=np.column_stack([chosen, kl_nats[chosen].round(2)]),
        mode="markers",
        name=name,
        marker={"size": 4 if len(points) > MANY else 7, "color": colour, "opacity": 0.8},
        selected={"marker": {"size": 16, "color": INK[dark], "opacity": 1}},
        unselected={"marker": {"opacity": 0.8}},
        hovertemplate=first + "image %{customdata[0]:,d}<br>KL %{customdata[1]:.3~g} nats<extra></extra>",
    )
