"""A map's figures against scikit-learn's, against brute force, and on maps known to be good or worthless."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from explorer.maps.fits import quality as map_quality
from explorer.maps.fits.quality import quality_of

RNG = np.random.default_rng(0)
MU = RNG.normal(size=(300, 5)).astype(np.float32)
POINTS = (MU[:, :2] + RNG.normal(scale=0.3, size=(300, 2))).astype(np.float32)
LABELS = (MU[:, 0] > 0).astype(np.int64)


def test_trustworthiness_is_scikit_learns() -> None:
    quality = quality_of(MU, POINTS, LABELS)
    assert quality.n == 300
    assert quality.trustworthiness == pytest.approx(trustworthiness(MU, POINTS, n_neighbors=10), abs=1e-6)


def test_agreement_is_that_of_a_brute_force_search() -> None:
    quality = quality_of(MU, POINTS, LABELS)
    for space, found in ((MU, quality.knn_mu), (POINTS, quality.knn_map)):
        distances = np.linalg.norm(space[:, None].astype(np.float64) - space[None], axis=2)
        np.fill_diagonal(distances, np.inf)
        nearest = distances.argsort(1)[:, :10]
        assert found == pytest.approx((LABELS[nearest] == LABELS[:, None]).mean(), abs=1e-3)


def test_a_perfect_and_a_worthless_map() -> None:
    plane = MU[:, :2]
    perfect = quality_of(plane, plane, LABELS)
    assert perfect.trustworthiness == 1
    assert perfect.knn_map == perfect.knn_mu
    assert perfect.shuffled == pytest.approx(0.5, abs=0.03)
    assert perfect.knn_shuffled == pytest.approx(0.5, abs=0.03)


def test_a_sample_stands_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    every = quality_of(MU, POINTS, LABELS)
    monkeypatch.setattr(map_quality, "QUALITY_SAMPLE", 150)
    monkeypatch.setattr(map_quality, "DISTANCES_AT_ONCE", 300 * 40)
    sample = quality_of(MU, POINTS, LABELS)
    assert sample.n == 150
    assert sample.trustworthiness == pytest.approx(every.trustworthiness, abs=0.02)
    assert sample.knn_map == pytest.approx(every.knn_map, abs=0.05)
    assert sample == quality_of(MU, POINTS, LABELS)


@pytest.mark.parametrize("n", [5, 6, 20, 21, 22])
def test_few_points(n: int) -> None:
    assert quality_of(MU[:n, :2], MU[:n, :2], None).trustworthiness == 1


def test_no_classes_one_class_and_points_on_one_spot() -> None:
    assert quality_of(MU, POINTS, None).knn_map is None
    one = quality_of(MU, POINTS, np.zeros(300, np.int64))
    assert (one.knn_mu, one.knn_map, one.knn_shuffled) == (1, 1, 1)
    spot = quality_of(MU, np.zeros_like(POINTS), LABELS)
    assert 0.3 < spot.trustworthiness < 0.7


def test_too_few_points_have_no_quality() -> None:
    assert quality_of(MU[:21], POINTS[:21], LABELS[:21]).unknown == ""
    few = quality_of(MU[:20], POINTS[:20], LABELS[:20])
    assert few.unknown == "It cannot be known from 20 points: it takes 21 or more."
