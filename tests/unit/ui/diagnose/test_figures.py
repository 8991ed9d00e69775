"""Figures of the Diagnose page."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inference.latent_space.prior import normal_prior
from explorer.ui.diagnose.figures import aggregate_figure, dimensions_figure


@pytest.mark.parametrize("dark", [False, True])
def test_most_kl_comes_first_in_both_panels(dark: bool) -> None:
    chart = dimensions_figure([0.5, 2.0, 0.0], [10.0, 20.0, 0.1], dark)
    kl, effect = chart.data
    assert list(kl.x) == list(effect.x) == ["z1", "z0", "z2"]
    assert list(kl.y) == [2.0, 0.5, 0.0]
    assert list(effect.y) == [20.0, 10.0, 0.1]
    assert "1 carry nothing" in chart.layout.title.text


def test_without_kl_the_effect_alone_is_drawn() -> None:
    chart = dimensions_figure([], [1.0, 3.0], False)
    (effect,) = chart.data
    assert list(effect.x) == ["z1", "z0"]


def test_histograms_are_densities_beside_the_priors() -> None:
    draws = np.random.default_rng(0).standard_normal((50_000, 3)) * [1, 1, 9]
    chart = aggregate_figure(draws, normal_prior(3), [2, 0], [0.0, 0.0, 6.4], False)
    far, _, near, prior = chart.data
    width = near.x[1] - near.x[0]
    assert sum(near.y) * width == pytest.approx(1)
    assert np.abs(np.interp(near.x, prior.x, prior.y) - near.y).max() < 0.03
    assert far.y[0] > 0.5  # what lies beyond the axis is counted at its end
    assert [title.text for title in chart.layout.annotations] == ["z2 · 6.4 σ off", "z0 · 0 σ off"]
