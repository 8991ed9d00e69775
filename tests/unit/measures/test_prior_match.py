"""Codes against the prior: spread as it is, moved, dependent, and with holes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import wasserstein_distance

from explorer.inference.latent_space.prior import Prior, normal_prior
from explorer.measures.measured_value import Measured
from explorer.measures.prior_match import (
    aggregate_draws,
    auc_stderr,
    measured_prior_distances,
    prior_auc,
    prior_distances,
    prior_holes,
)

RNG = np.random.default_rng(0)
N = 2000


def test_the_prior_itself_is_near_and_others_are_as_far_as_they_are_moved() -> None:
    mu = np.column_stack([RNG.standard_normal(20_000) * 0.8, np.full(20_000, 2.0), np.zeros(20_000)])
    logvar = np.column_stack([np.full(20_000, math.log(0.36)), np.zeros(20_000), np.full(20_000, math.log(0.25))])
    near, moved, narrow = prior_distances(mu, logvar, normal_prior(3))
    assert near < 0.03
    assert moved == pytest.approx(2, abs=0.03)
    assert narrow == pytest.approx(0.5 * math.sqrt(2 / math.pi), abs=0.03)  # E|z| / 2
    draws = aggregate_draws(mu, logvar, 10_000)
    normal = np.random.default_rng(1).standard_normal(200_000)
    assert narrow == pytest.approx(wasserstein_distance(draws[:, 2], normal), abs=0.01)


def points(mu: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], Prior]:
    """Posteriors so narrow that their draws are their means, and N(0, I)."""
    return mu, np.full_like(mu, -20.0), normal_prior(mu.shape[1])


def within(one: Measured, value: float, errors: float = 4) -> bool:
    """Whether a measured value lies so many standard errors from this one."""
    return abs(one.values[0] - value) < errors * one.errors[0]


def test_codes_spread_as_the_prior_is_are_not_told_from_it() -> None:
    codes = points(np.random.default_rng(1).standard_normal((N, 4)))
    assert within(prior_auc(*codes), 0.5)
    assert within(prior_holes(*codes), 0.05)


def test_dependence_between_dimensions_is_seen_though_each_is_normal() -> None:
    first = np.random.default_rng(1).standard_normal(N)
    sign = np.random.default_rng(2).choice([-1, 1], N)
    codes = points(np.column_stack([first, first * sign]))  # both normal and uncorrelated, on two lines
    assert (prior_distances(*codes) < 0.05).all()
    assert prior_auc(*codes).values[0] > 0.9
    assert prior_holes(*codes).values[0] > 0.6


def test_clusters_leave_holes_and_codes_wider_than_the_prior_do_not() -> None:
    rng = np.random.default_rng(1)
    corners = points(rng.choice([-1.0, 1.0], (N, 2)) + 0.05 * rng.standard_normal((N, 2)))
    wide = points(2 * rng.standard_normal((N, 2)))
    assert prior_holes(*corners).values[0] > 0.8
    assert prior_auc(*corners).values[0] > 0.95
    assert prior_holes(*wide).values[0] < 0.05
    assert prior_auc(*wide).values[0] > 0.65


def test_the_errors_are_the_spread_over_other_images() -> None:
    repeated = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        codes = points(rng.choice([-1.0, 1.0], (300, 2)) + 0.5 * rng.standard_normal((300, 2)))
        repeated.append((prior_holes(*codes), measured_prior_distances(*codes)))
    for i in (0, 1):
        spread = np.std([one[i].values[0] for one in repeated], ddof=1)
        assert np.mean([one[i].errors[0] for one in repeated]) == pytest.approx(spread, rel=0.5)


def test_the_error_of_an_area_is_that_of_the_rank_test_where_nothing_is_told() -> None:
    assert auc_stderr(0.5, 100) == pytest.approx(math.sqrt(201 / (12 * 100 * 100)), rel=1e-2)  # Mann-Whitney
    assert auc_stderr(1.0, 100) == 0
