"""Measures of codes: perfect ones, worthless ones, and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import wasserstein_distance
from sklearn.metrics import mutual_info_score

from explorer.measures.latent_metrics import (
    aggregate_draws,
    frechet,
    knn_hits,
    mutual_information,
    mutual_information_gaps,
    prior_distances,
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


def test_the_prior_itself_is_near_and_others_are_as_far_as_they_are_moved() -> None:
    mu = np.column_stack([RNG.standard_normal(20_000) * 0.8, np.full(20_000, 2.0), np.zeros(20_000)])
    logvar = np.column_stack([np.full(20_000, math.log(0.36)), np.zeros(20_000), np.full(20_000, math.log(0.25))])
    near, moved, narrow = prior_distances(mu, logvar)
    assert near < 0.03
    assert moved == pytest.approx(2, abs=0.03)
    assert narrow == pytest.approx(0.5 * math.sqrt(2 / math.pi), abs=0.03)  # E|z| / 2
    draws = aggregate_draws(mu, logvar, 10_000)
    normal = np.random.default_rng(1).standard_normal(200_000)
    assert narrow == pytest.approx(wasserstein_distance(draws[:, 2], normal), abs=0.01)


def test_classifiers_of_codes() -> None:
    labels = np.arange(600) % 3
    codes = np.column_stack([labels, labels**2]) + 0.05 * RNG.standard_normal((600, 2))
    for hits in (knn_hits, probe_hits):
        assert hits(codes[300:], labels[300:], codes[:300], labels[:300]).mean() == 1
        assert hits(codes[300:], RNG.permutation(labels[300:]), codes[:300], labels[:300]).mean() < 0.6


def test_frechet_against_the_matrix_root() -> None:
    first = RNG.standard_normal((500, 5)) @ RNG.standard_normal((5, 5))
    second = RNG.standard_normal((400, 5)) * 2 + 1
    one, two = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    expected = np.sum((first.mean(0) - second.mean(0)) ** 2) + np.trace(one + two - 2 * sqrtm(one @ two).real)
    assert frechet(first, second) == pytest.approx(expected)
    assert frechet(first, first) == pytest.approx(0, abs=1e-9)
    assert frechet(first, first + np.eye(5)[0] * 3) == pytest.approx(9)
