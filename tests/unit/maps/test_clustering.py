"""Clusters are found where there are some, and odd data is no trouble."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.maps import clustering as clusters
from explorer.maps.clustering import NOISE, by_size, hdbscan, kmeans

SIZES = (60, 40, 20)


def blobs() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Three far groups in four dimensions, the largest first, shuffled; and which is which."""
    rng = np.random.default_rng(0)
    truth = rng.permutation(np.repeat(np.arange(3), SIZES))
    return (10 * np.eye(4)[truth] + rng.normal(0, 0.3, (len(truth), 4))).astype(np.float32), truth


def test_both_find_what_is_there_numbered_by_size() -> None:
    mu, truth = blobs()
    np.testing.assert_array_equal(kmeans(mu, 3), truth)
    found = hdbscan(mu)
    np.testing.assert_array_equal(found[found != NOISE], truth[found != NOISE])
    assert (found != NOISE).mean() > 0.9


def test_many_points_take_the_cluster_of_the_nearest_fitted_one(monkeypatch: pytest.MonkeyPatch) -> None:
    mu, truth = blobs()
    monkeypatch.setattr(clusters, "MAX_FITTED", 60)
    found = hdbscan(mu)
    assert found.shape == truth.shape
    pairs = {(int(a), int(b)) for a, b in zip(found, truth, strict=True) if a != NOISE}
    assert len(pairs) == 3


def test_constant_means_are_one_cluster() -> None:
    assert set(kmeans(np.ones((20, 3), np.float32), 10)) == {0}


def test_noise_stays_noise() -> None:
    assert by_size(np.array([-1, 4, 4, 2, -1])).tolist() == [-1, 0, 0, 1, -1]
    assert by_size(np.array([-1, -1])).tolist() == [-1, -1]


def test_few_points_are_no_cluster_of_hdbscan() -> None:
    assert set(hdbscan(np.eye(3, dtype=np.float32))) == {NOISE}
