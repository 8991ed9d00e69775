"""The figures of each latent dimension: KL, effect, and aggregate posterior against the prior."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from explorer.base.languages import _
from explorer.inference.latent_space import prior_of
from explorer.measures import AGGREGATE_DRAWS, Measured, aggregate_draws
from explorer.runs import LoadedRun
from explorer.ui.common import cached, errors_shown
from explorer.ui.diagnose.figures import SHOWN, aggregate_figure, dimensions_figure

QUIET = {"displayModeBar": False}


def anything_drawn(found: Mapping[str, Measured]) -> bool:
    """Whether a measure was taken of which there is a figure: of dimensions, or of factors."""
    drawn = ("effect", "prior-distance")
    return any((one.values and name in drawn) or one.by_factor for name, one in found.items())


def diagnose_figures(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """Draw what was measured."""
    dark = st.context.theme.type == "dark"
    kl, effect, far = (
        found[name].values if name in found else () for name in ("kl-per-dim", "effect", "prior-distance")
    )
    if effect:
        chart, alt = dimensions_figure(kl, effect, dark), _("KL and effect of each dimension")
        st.plotly_chart(chart, key=f"dimensions-{run.name}", theme=None, config=QUIET, alt=alt)
    if kl and far and run.model.diagonal_posterior:
        with errors_shown():
            spread(run, kl, far, dark)


def spread(run: LoadedRun, kl: tuple[float, ...], far: tuple[float, ...], dark: bool) -> None:
    """The aggregate posterior of the dimensions that carry most, from diagonal posteriors."""
    values = cached.latents(run).values
    dims = np.argsort(-np.asarray(kl), kind="stable")[:SHOWN].tolist()
    draws = aggregate_draws(values.mu, values.logvar, AGGREGATE_DRAWS)
    chart = aggregate_figure(draws, prior_of(run), dims, far, dark)
    st.plotly_chart(chart, key=f"aggregate-{run.name}", theme=None, config=QUIET, alt=_("Codes against the prior"))
    if len(kl) > SHOWN:
        st.caption(_("The {n} of {total} dimensions that carry most KL.").format(n=SHOWN, total=len(kl)))
