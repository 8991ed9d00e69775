"""The worst come first, and a wrong label among many right ones is found."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.maps.outliers import RANKINGS, common_labels, neighbours_of, rankings, worst


def two_groups(wrong: int = 5) -> Latents:
    """Two far groups of 20 images with a label each; the image ``wrong`` bears the other's."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 20)
    mu = (labels[:, None] * 10 + rng.normal(size=(40, 3))).astype(np.float32)
    labels[wrong] = 1 - labels[wrong]
    row = rng.random(40).astype(np.float32)
    kl = (np.square(mu) / 2).astype(np.float32)
    return Latents(PerImage(mu, mu * 0, -row, kl, row), labels, ("a", "b"))


def test_a_wrong_label_is_the_first_outlier() -> None:
    latents = two_groups()
    scores = RANKINGS["label"].score(latents)
    assert worst(scores, 3)[0] == 5
    assert scores[5] == 10
    assert scores[30] == 0
    assert common_labels(latents, np.array([5, 30, 0])).tolist() == [0, 1, 0]


@pytest.mark.parametrize("key", list(RANKINGS))
def test_every_ranking_scores_every_image(key: str) -> None:
    latents = two_groups()
    scores = RANKINGS[key].score(latents)
    assert scores.shape == (40,)
    order = worst(scores, 40)
    assert (np.diff(scores[order]) <= 0).all()


def test_low_elbo_and_high_kl_are_outliers() -> None:
    latents = two_groups()
    assert worst(RANKINGS["elbo"].score(latents), 1)[0] == latents.values.elbo_nats.argmin()
    assert worst(RANKINGS["kl"].score(latents), 1)[0] == latents.values.kl_nats.sum(1).argmax()


def test_without_labels_labels_are_not_ranked() -> None:
    latents = two_groups()
    assert "label" in rankings(latents)
    assert "label" not in rankings(Latents(latents.values, None, ()))


def test_ten_nearest_of_a_few_tell_nothing_of_labels() -> None:
    assert "label" in rankings(two_groups().at(np.arange(21)))
    assert "label" not in rankings(two_groups().at(np.arange(20)))


def test_what_is_no_number_is_not_listed() -> None:
    assert worst(np.array([1.0, np.nan, 3.0]), 5).tolist() == [2, 0]


def test_twins_are_much_nearer_than_usual() -> None:
    latents = two_groups()
    latents.mu[7] = latents.mu[21]
    latents.mu[3] = latents.mu[30] + np.float32(1e-3)
    scores = RANKINGS["twins"].score(latents)
    assert set(worst(scores, 40)) == {7, 21, 3, 30}
    assert np.isinf(scores[[7, 21]]).all()
    assert np.isfinite(scores[[3, 30]]).all()
    latents.mu[:] = 0
    assert np.isnan(RANKINGS["twins"].score(latents)).all()


def test_neighbours_are_those_of_a_brute_force_search() -> None:
    latents = two_groups()
    mu = latents.mu
    distances = np.linalg.norm(mu[:, None] - mu[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    np.testing.assert_array_equal(neighbours_of(latents, np.array([7, 0, 39])), distances.argsort(1)[[7, 0, 39], :10])


def test_an_image_among_its_like_is_not_its_own_neighbour() -> None:
    latents = two_groups()
    latents.mu[:15] = latents.mu[0]
    assert not (neighbours_of(latents, np.arange(40)) == np.arange(40)[:, None]).any()
