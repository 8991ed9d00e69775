"""Known factors against dimensions: a heat map, and each dimension moved and named by the factors that it moves."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.images import grid, png_data_url
from explorer.inference import Latents, lack_of
from explorer.inference.latent_space import codes
from explorer.measures import Measured
from explorer.runs import LoadedRun
from explorer.ui.common import CRISP, cached, errors_shown
from explorer.ui.diagnose.factor_figure import Table, factor_figure

TABLES = {
    "dci-disentanglement": (N_("Importance (DCI)"), N_("of the importance in predicting it")),
    "mig": (N_("Information (MIG)"), N_("of its entropy is told")),
    "sap": (N_("Prediction (SAP)"), N_("of it is predicted by this dimension alone, chance being 0")),
    "factor-vae": (N_("Votes (FactorVAE)"), N_("of the votes while it is held")),
}  # measures with a table: its name on the page, and what a cell is
OTHERS_AT_0 = N_(
    "Decoded: one dimension over the middle 99 % of its codes in even steps, the others at 0. It is named by the "
    "factors that are a quarter or more of what it moves, each with the number above."
)
OTHERS_AT_MEAN = N_(
    "Decoded: one dimension over the middle 99 % of its codes in even steps, the others at their mean. It is named by "
    "the factors that are a quarter or more of what it moves, each with the number above."
)
QUIET = {"displayModeBar": False}
MOST_DIMENSIONS = 24  # in the heat map
MOVED = 8  # dimensions
STEPS = 9
REACHED = (0.5, 99.5)  # percentiles of the codes
LEFT_FROM = 0.1  # of a factor's importance: what lies in dimensions that are not shown is told from there


def diagnose_factors(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """Draw both, where a measure has a table of factors and dimensions."""
    with_table = [name for name in TABLES if name in found and found[name].by_factor]
    if not with_table:
        return
    with errors_shown():
        latents = cached.latents(run)
        name = chosen(with_table)
        one = found[name]
        dims = [int(dim) for dim in latents.order() if latents.active()[dim]][:MOST_DIMENSIONS]
        if not dims:
            return
        chart = factor_figure(one.by_factor, dims, _(TABLES[name][1]), st.context.theme.type == "dark")
        alt = _("Factors against dimensions, in numbers")
        st.plotly_chart(chart, key=f"factors-{run.name}", theme=None, config=QUIET, alt=alt)
        if name == "dci-disentanglement" and (words := elsewhere(one.by_factor, dims)):
            st.caption(words)
        if lack_of(run, "decoder") is None:
            traversals(run, latents, one, dims[:MOVED])


def chosen(names: list[str]) -> str:
    """The measure whose table is shown."""
    found = st.segmented_control(
        _("Known factors by"),
        names,
        format_func=lambda name: _(TABLES[name][0]),
        default=names[0],
        required=True,
        key="factors-by",
        label_visibility="collapsed",
        persist_state="session",
    )
    return found if found in names else names[0]


def elsewhere(table: Table, dims: list[int]) -> str:
    """Of which factor most of the importance lies in dimensions that are not shown; "" where it is little of all."""
    left = {name: sum(row) - sum(row[dim] for dim in dims) for name, row in table.items()}
    name = max(left, key=lambda name: left[name])
    if left[name] < LEFT_FROM:
        return ""
    text = _("Dimensions that are not in use have the rest of the importance, at most {most:.2f} ({factor}).")
    return text.format(most=left[name], factor=name)


def traversals(run: LoadedRun, latents: Latents, one: Measured, dims: list[int]) -> None:
    """A row a dimension: it moves over the codes' own range, the others stay."""
    rows = "".join(traversal(run, latents, one, dim) for dim in dims)
    st.html(f'<div class="traversals">{rows}</div>')
    st.caption(_(OTHERS_AT_0 if latents.on_prior_scale else OTHERS_AT_MEAN))


def traversal(run: LoadedRun, latents: Latents, one: Measured, dim: int) -> str:
    """One row: what the dimension moves, and the decoded images."""
    sheet = grid(cached.decoded(run, moved(run, latents, dim)), columns=STEPS, gap=1)
    height, width = sheet.shape[1:]
    name = one.moved_factors(dim) or _("no known factor")
    kind = "photo" if width > CRISP * (STEPS + 1) else "crisp"
    text = _("Decoded images along z{dim}, which moves {factors}").format(dim=dim, factors=name)
    alt = html.escape(text, quote=True)
    moves = html.escape(_("moves {factors}").format(factors=name))
    image = f'<img class="{kind}" src="{png_data_url(sheet)}" alt="{alt}" width="{width}" height="{height}">'
    return f"<figure><figcaption><b>z{dim}</b> {moves}</figcaption>{image}</figure>"


def moved(run: LoadedRun, latents: Latents, dim: int) -> NDArray[np.float32]:
    """The codes along a dimension: [STEPS, K], or with a class [STEPS, K + C]."""
    low, high = np.percentile(latents.mu[:, dim], REACHED)
    centre = np.zeros(latents.mu.shape[1]) if latents.on_prior_scale else latents.mu.mean(0, dtype=np.float64)
    z = np.tile(centre, (STEPS, 1))
    z[:, dim] = np.linspace(low, high, STEPS)
    return codes(run, z.astype(np.float32), np.zeros(STEPS, np.int64))
