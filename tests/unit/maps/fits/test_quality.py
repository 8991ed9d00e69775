"""A map's figures against scikit-learn's, against brute force, and on maps known to be good or worthless."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.manifold import trustworthiness

from explorer.maps.fits import quality as map_quality
from explorer.maps.fits.quality import quality_of

RNG = np.random.default_rng(0)
MU = RNG.normal(size=(300, 5)).astype(np.float32)
POINTS = (MU[:, :2] + RNG.normal(scale=0.3, size=(300, 2))).astype(np.float32)
MEASURES = ("trustworthiness", "neighbour_preservation", "knn_mu", "knn_map")
LABELS = (MU[:, 0] > 0).astype(np.int64)


def test_trustworthiness_is_scikit_learns() -> None:
    quality = quality_of(MU, POINTS, LABELS)
    assert quality.n == 300
    assert quality.trustworthiness == pytest.approx(trustworthiness(MU, POINTS, n_neighbors=10), abs=1e-6)


def test_agreement_is_that_of_a_brute_force_search() -> None:
    quality = quality_of(MU, POINTS, LABELS)
    for space, found in ((MU, quality.knn_mu), (POINTS, quality.knn_map)):
        assert found == pytest.approx((LABELS[nearest(space)] == LABELS[:, None]).mean(), abs=1e-3)


def nearest(x: NDArray[np.float32]) -> NDArray[np.int64]:
    """The ten nearest others of each row, by a brute force search in double precision."""
    distances = np.linalg.norm(x[:, None].astype(np.float64) - x[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    return distances.argsort(1)[:, :10]


def test_preservation_is_that_of_a_brute_force_search() -> None:
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(nearest(MU), nearest(POINTS), strict=True)]
    assert quality_of(MU, POINTS, LABELS).neighbour_preservation == pytest.approx(np.mean(shared), abs=1e-9)


def test_errors_tell_how_much_the_measures_differ_between_data_sets() -> None:
    """Also where plain standard errors, which take neighbouring points for independent, are too small."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in MEASURES}
    for seed in range(60):
        rng = np.random.default_rng(seed)
        mu = rng.normal(size=(300, 3)).astype(np.float32)
        labels = (mu[:, 0] + rng.normal(scale=0.7, size=300) > 0).astype(np.int64)
        quality = quality_of(mu, mu[:, :2], labels)
        for name in MEASURES:
            found[name].append(quality.with_error(name))
    for name, pairs in found.items():
        values, errors = np.array(pairs).T
        assert 0.6 < values.std(ddof=1) / errors.mean() < 1.25, name


def test_errors_of_a_sample_are_those_of_fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    every = quality_of(MU, POINTS, LABELS)
    monkeypatch.setattr(map_quality, "QUALITY_SAMPLE", 75)
    sample = quality_of(MU, POINTS, LABELS)
    for name in MEASURES:
        assert 1 < sample.with_error(name)[1] / every.with_error(name)[1] <= 2.2, name


def test_only_a_latent_space_of_more_dimensions_than_the_map_makes_trustworthiness_an_achievement() -> None:
    assert quality_of(MU, POINTS, LABELS).trust_note == ""
    assert "no achievement" in quality_of(MU[:, :2], POINTS, LABELS).trust_note


def test_a_perfect_and_a_worthless_map() -> None:
    plane = MU[:, :2]
    perfect = quality_of(plane, plane, LABELS)
    assert (perfect.trustworthiness, perfect.trustworthiness_stderr) == (1, 0)
    assert (perfect.neighbour_preservation, perfect.neighbour_preservation_stderr) == (1, 0)
    assert perfect.preservation_shuffled == pytest.approx(10 / 300, abs=0.01)
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
