"""Measures of codes: perfect ones, worthless ones, and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from explorer.measures.latent_metrics import (
    gaps_of,
    knn_hits,
    mutual_information,
    mutual_information_gaps,
    plain_entropy,
    posterior_information,
    probe_hits,
)

RNG = np.random.default_rng(0)
SIZES = (3, 6, 32)
FACTORS = np.stack(np.meshgrid(*map(np.arange, SIZES), indexing="ij"), -1).reshape(-1, 3).repeat(8, 0)  # [4608, 3]


def test_a_perfect_code_has_all_of_the_gap() -> None:
    noise = RNG.standard_normal((len(FACTORS), 2))
    codes = np.column_stack([noise[:, :1], FACTORS * [0.3, -1.0, 7.0], noise[:, 1:]])
    assert np.nanmean(mutual_information_gaps(codes, FACTORS)) >= 0.99


def test_a_shuffled_code_has_none() -> None:
    codes = RNG.permutation(FACTORS * [0.3, -1.0, 7.0])
    assert np.nanmean(mutual_information_gaps(codes, FACTORS)) <= 0.01


def test_a_factor_in_two_dimensions_is_no_gap_and_a_constant_one_does_not_count() -> None:
    factors = np.column_stack([FACTORS[:, 0], np.zeros(len(FACTORS), int)])
    gaps = mutual_information_gaps(np.column_stack([FACTORS[:, 0], -FACTORS[:, 0]]), factors)
    assert gaps[0] == pytest.approx(0)
    assert np.isnan(gaps[1])
    assert mutual_information_gaps(FACTORS[:, :1] * 1.0, factors)[0] == pytest.approx(
        1
    )  # one dimension: nothing is second


def test_mutual_information_against_scikit_learn() -> None:
    code = RNG.standard_normal(5000)
    factor = np.digitize(code + RNG.standard_normal(5000), [-1, 0, 1])
    columns = np.digitize(code, np.linspace(code.min(), code.max(), 21)[1:-1])
    plug_in = mutual_info_score(columns, factor)
    assert mutual_information(code, factor) == pytest.approx(plug_in, abs=0.01)
    assert mutual_information(code, factor) < plug_in
    assert mutual_information(RNG.permutation(code), factor) == pytest.approx(0, abs=0.003)
    assert mutual_information(np.zeros(5000), factor) == pytest.approx(0)


def information(sigma: float) -> float:
    """The mutual information gap by the densities of posteriors as narrow as ``sigma``, of a dimension a factor."""
    factors = FACTORS[::8]  # [576, 3], each combination once
    mu = np.column_stack([*(factors * [1.0, 1.0, 1.0]).T, np.zeros(len(factors))])
    logvar = np.column_stack([np.full((len(factors), 3), 2 * math.log(sigma)), np.zeros(len(factors))])
    nats = posterior_information(mu, logvar, factors).mean(0)
    return float(gaps_of(nats, np.array([plain_entropy(factor) for factor in factors.T])).mean())


def test_the_gap_of_sampled_codes_is_whole_for_narrow_posteriors_and_lost_in_wide_ones() -> None:
    assert information(0.01) >= 0.99
    assert 0.3 < information(0.5) < 0.9
    assert information(100) <= 0.02


def test_sampled_information_against_quadrature() -> None:
    factor = np.repeat([0, 1], 500)
    mu, logvar = factor[:, None] * 2.0, np.zeros((1000, 1))
    found = posterior_information(mu, logvar, factor[:, None]).mean()
    z = np.linspace(-8, 10, 20_001)
    first, second = (np.exp(-0.5 * (z - at) ** 2) / math.sqrt(2 * math.pi) for at in (0, 2))
    mixed = (first + second) / 2
    exact = np.trapezoid(0.5 * first * np.log(first / mixed) + 0.5 * second * np.log(second / mixed), z)
    assert found == pytest.approx(exact, abs=0.03)


def test_classifiers_of_codes() -> None:
    labels = np.arange(600) % 3
    codes = np.column_stack([labels, labels**2]) + 0.05 * RNG.standard_normal((600, 2))
    for hits in (knn_hits, probe_hits):
        assert hits(codes[300:], labels[300:], codes[:300], labels[:300]).mean() == 1
        assert hits(codes[300:], RNG.permutation(labels[300:]), codes[:300], labels[:300]).mean() < 0.6
