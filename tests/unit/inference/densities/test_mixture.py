"""Gaussian mixtures against scikit-learn's own log density, and with known clusters."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from explorer.inference.densities.mixture import FLOOR, Mixture, fit_mixture, mixture_of, restored_mixture
from explorer.inference.densities.sample import Floats, Sample


def clusters(n: int, dims: int = 3, seed: int = 0) -> Floats:
    """Two clusters at -2 and 2, tilted."""
    rng = np.random.default_rng(seed)
    tilt = np.eye(dims) * 0.5 + 0.2
    return rng.standard_normal((n, dims)) @ tilt + np.where(rng.random((n, 1)) < 0.3, -2.0, 2.0)


def sample(codes: Floats, labels: np.ndarray | None = None, classes: int = 1) -> Sample:
    """The codes as one class, or of these."""
    return Sample(codes, np.zeros(len(codes), np.int64) if labels is None else labels, classes)


def test_its_log_density_is_that_of_scikit_learn() -> None:
    codes, others = clusters(600), clusters(50, seed=1)
    own = mixture_of(sample(codes), 4)
    oracle = GaussianMixture(4, reg_covar=FLOOR, random_state=0).fit(codes)
    zeros = np.zeros(50, np.int64)
    np.testing.assert_allclose(own.log_density(others, zeros), oracle.score_samples(others), rtol=1e-9)
    kept = restored_mixture(own.arrays())
    np.testing.assert_allclose(kept.log_density(others, zeros), oracle.score_samples(others), rtol=1e-4, atol=1e-4)


def test_two_clusters_are_found_and_drawn_in_their_shares() -> None:
    found = fit_mixture(sample(clusters(2000)), sample(clusters(300, seed=1)), lambda done: None)
    assert found.shares.shape[1] > 1
    drawn = found.draw(np.zeros(20_000, np.int64), 1.0, np.random.default_rng(0))
    truth = clusters(20_000, seed=2)
    assert (drawn[:, 0] < 0).mean() == pytest.approx((truth[:, 0] < 0).mean(), abs=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), np.cov(truth.T), atol=0.2)


def test_more_components_than_codes_allow_are_not_tried() -> None:
    few = sample(clusters(60))
    assert fit_mixture(few, sample(clusters(20, seed=1)), lambda done: None).shares.shape[1] <= 5
    assert fit_mixture(sample(clusters(30)), few, lambda done: None).shares.shape == (1, 1)


def test_draws_keep_their_class_and_temperature_0_is_a_mean() -> None:
    means = np.array([[[0.0, 0.0], [1.0, 1.0]], [[10.0, 0.0], [11.0, 1.0]]])
    mixture = Mixture(np.array([[1.0, 0.0], [0.5, 0.5]]), means, np.tile(0.1 * np.eye(2), (2, 2, 1, 1)))
    labels = np.arange(400) % 2
    still = mixture.draw(labels, 0.0, np.random.default_rng(0))
    assert (still[labels == 0] == 0).all()  # its second component has no share
    assert {tuple(row) for row in still[labels == 1].tolist()} == {(10.0, 0.0), (11.0, 1.0)}
    drawn = mixture.draw(labels, 1.0, np.random.default_rng(0))
    assert ((drawn[:, 0] > 5) == (labels == 1)).all()
    assert (drawn - still).std() == pytest.approx(0.1, rel=0.1)
