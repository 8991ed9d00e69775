"""mu and sigma of one image: a chart, or two numbers where there are only two dimensions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant
from explorer.base.languages import N_, _
from explorer.ui.common.figures import posterior_figure
from explorer.ui.common.phrases import NO_ELBO

FEW_DIMENSIONS = 2
POSTERIOR_HELP = N_(
    "The encoder's answer: a normal distribution with mean μ and standard deviation σ in each latent dimension. "
    "A dimension with σ near 1 and μ near 0 carries nothing about this image."
)


def posterior(
    mu: NDArray[np.floating],
    sigma: NDArray[np.floating],
    kl_nats: NDArray[np.floating],
    order: Iterable[int],
    height: int = 240,
) -> None:
    """Draw the posterior, dimensions in ``order``; without any KL it is a point."""
    if not kl_nats.any():
        values = [f"z{dim} **{significant(mu[dim])}**" for dim in order]
        st.markdown(" · ".join([f"**{_('Code')}**", *values]), help=_(NO_ELBO))
        return
    if len(mu) <= FEW_DIMENSIONS:
        rows = [f"z{dim} **{significant(mu[dim])}** ± {significant(sigma[dim])}" for dim in order]
        st.markdown("**μ ± σ** · " + " · ".join(rows), help=_(POSTERIOR_HELP))
        return
    chart = posterior_figure(mu, sigma, kl_nats, order, st.context.theme.type == "dark", height)
    st.plotly_chart(
        chart, key="posterior", theme=None, config={"displayModeBar": False}, alt=_("μ and σ of each dimension")
    )
