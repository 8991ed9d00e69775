"""Kernel densities against scikit-learn's, and the bandwidth against a search over many."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity as Oracle

from explorer.inference.densities.kernel import KernelDensity, fit_kernels, restored_kernels
from explorer.inference.densities.sample import Sample

RNG = np.random.default_rng(0)
TRAIN, HELD_OUT = RNG.standard_normal((400, 2)), RNG.standard_normal((100, 2))
ZEROS = np.zeros(400, np.int64)


def test_its_log_density_is_that_of_scikit_learn() -> None:
    oracle = Oracle(bandwidth=0.3).fit(TRAIN)
    own = KernelDensity(TRAIN, ZEROS, 0.3)
    np.testing.assert_allclose(own.log_density(HELD_OUT, ZEROS[:100]), oracle.score_samples(HELD_OUT), rtol=1e-9)
    kept = restored_kernels(own.arrays())
    np.testing.assert_allclose(kept.log_density(HELD_OUT, ZEROS[:100]), oracle.score_samples(HELD_OUT), atol=0.01)


def test_no_other_bandwidth_makes_held_out_codes_more_likely() -> None:
    found = fit_kernels(Sample(TRAIN, ZEROS), Sample(HELD_OUT, ZEROS[:100]), lambda done: None)
    best = max(np.geomspace(0.01, 2, 200), key=lambda width: Oracle(bandwidth=width).fit(TRAIN).score(HELD_OUT))
    assert found.bandwidth == pytest.approx(best, rel=0.05)


def test_draws_are_points_of_their_class_with_noise() -> None:
    labels = np.array([2, 0, 1, 2, 1])
    points = np.column_stack([10.0 * labels, np.arange(5)])
    kernels = KernelDensity(points, labels, 0.5)
    asked = np.arange(600) % 3
    still = kernels.draw(asked, 0.0, np.random.default_rng(0))
    assert (still[:, 0] == 10 * asked).all()
    assert {tuple(row) for row in still.tolist()} == {tuple(row) for row in points.tolist()}
    noisy = kernels.draw(asked, 1.0, np.random.default_rng(0))
    assert (noisy - still).std() == pytest.approx(0.5, rel=0.1)
    assert (kernels.draw(asked, 2.0, np.random.default_rng(0)) - still).std() == pytest.approx(1.0, rel=0.1)
