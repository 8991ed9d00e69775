"""Class counts of a selection of images."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import _
from explorer.base.palette import class_colour
from explorer.inference import Latents

MOST_CLASSES = 10  # listed by name


def class_counts(latents: Latents, selection: NDArray[np.int64]) -> None:
    """Draw the number of images of each class, most frequent first."""
    if latents.labels is None:
        return
    labels, counts = np.unique(latents.labels[selection], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    rows = [
        row(latents.label_name(int(labels[i])), int(counts[i]), float(counts[i] / counts.max()), int(labels[i]))
        for i in order[:MOST_CLASSES]
    ]
    rest = len(order) - MOST_CLASSES
    others = _("and {rest} more classes").format(rest=rest) if rest > 0 else ""
    st.html(f'<div class="class-counts">{"".join(rows)}</div>{others}')


def row(name: str, count: int, share: float, label: int) -> str:
    """One class: name, bar, number."""
    bar = f'<i style="width: {share:.1%}; background: {class_colour(label)}"></i>'
    return f"<span>{html.escape(name)}</span><div>{bar}</div><span>{count:,}</span>"
