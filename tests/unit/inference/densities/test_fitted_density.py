"""A density with its frame: known aggregate posteriors, where it must beat the prior; classes; what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.inference.densities.fitted_density import Codes, FittedDensity, fitted
from explorer.inference.densities.frame import MOST_MODELLED, frame_of
from explorer.inference.densities.registry import DENSITIES
from explorer.inference.latent_space.latent_geometry import prior_draws
from explorer.measures.frechet import frechet

FAR = np.array([2.5, 0.0, -2.0, 0.0])


@pytest.fixture(autouse=True)
def short_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.inference.densities.flow.MOST_STEPS", 300)


def two_clusters(n: int, seed: int = 0) -> np.ndarray:
    """Posterior means in four dimensions: two clusters far from 0; the last dimension is inactive."""
    rng = np.random.default_rng(seed)
    mu = 0.3 * rng.standard_normal((n, 4)) + rng.choice([-1, 1], (n, 1)) * FAR
    mu[:, 3] = 0.005 * rng.standard_normal(n)
    return mu.astype(np.float32)


def codes(mu: np.ndarray, labels: np.ndarray | None = None, classes: int = 1) -> Codes:
    return Codes(mu, labels, classes, "train", True)


@pytest.mark.parametrize("name", DENSITIES)
def test_of_two_clusters_draws_are_nearer_than_the_prior_s_and_held_out_codes_more_likely(name: str) -> None:
    density, others = fitted(name, codes(two_clusters(1500))), two_clusters(2000, seed=1)
    assert density.held_out_nats > density.prior_nats + 1.5
    drawn = density.draw(2000, np.zeros(2000, np.int64), seed=0)
    assert drawn.dtype == np.float32
    assert frechet(drawn, others) < 0.05 * frechet(prior_draws(2000, 4, seed=0), others)
    assert (np.abs(drawn[:, 0]) < 1).mean() < 0.15  # the hole between them, where the prior has 68 %
    assert np.abs(drawn[:, 3]).max() < 0.05  # along an inactive dimension as mu is spread
    assert density.frame.modelled == 3
    np.testing.assert_array_equal(drawn, density.draw(2000, np.zeros(2000, np.int64), seed=0))


@pytest.mark.parametrize("name", DENSITIES)
def test_it_is_read_as_it_was_kept(name: str) -> None:
    density, zeros = fitted(name, codes(two_clusters(300))), np.zeros(50, np.int64)
    kept = FittedDensity.restored(density.arrays())
    assert (kept.name, kept.n, kept.split, kept.classes) == (name, 270, "train", 1)
    np.testing.assert_allclose(kept.draw(50, zeros, 0.7, 3), density.draw(50, zeros, 0.7, 3), atol=1e-4)
    mu = two_clusters(50, seed=2)
    np.testing.assert_allclose(kept.log_density(mu, zeros), density.log_density(mu, zeros), atol=0.02)


@pytest.mark.parametrize("name", DENSITIES)
def test_each_class_has_its_own_draws(name: str) -> None:
    labels = np.arange(600) % 3
    mu = (0.2 * np.random.default_rng(0).standard_normal((600, 2)) + 3.0 * labels[:, None]).astype(np.float32)
    density = fitted(name, codes(mu, labels, 3))
    drawn = density.draw(600, labels, seed=0)
    assert (np.abs(drawn.mean(1) - 3.0 * labels) < 1.5).mean() > 0.95
    few = labels.copy()
    few[few == 2] = 1
    assert fitted("gmm", codes(mu, few, 3)).classes == 1  # one class has no codes: one density for all


@pytest.mark.parametrize("name", DENSITIES)
def test_one_latent_dimension(name: str) -> None:
    density = fitted(name, codes(two_clusters(800)[:, :1]))
    drawn = density.draw(1000, np.zeros(1000, np.int64), seed=0)
    assert drawn.shape == (1000, 1)
    assert (np.abs(drawn) < 1).mean() < 0.2  # of the prior's 68 %


def test_its_log_density_integrates_to_1_in_units_of_z() -> None:
    density = fitted("gmm", codes(two_clusters(500)[:, :2]))
    along = np.linspace(-8, 8, 401)
    grid = np.stack(np.meshgrid(along, along), -1).reshape(-1, 2)
    found = np.exp(density.log_density(grid, np.zeros(len(grid), np.int64)))
    assert found.sum() * (along[1] - along[0]) ** 2 == pytest.approx(1, abs=1e-3)


def test_the_prior_s_log_density_is_that_of_a_normal_distribution() -> None:
    mu = two_clusters(200)[:, :2].astype(np.float64)
    frame = frame_of(mu, has_prior=True)
    expected = -0.5 * (mu**2).sum(1) - np.log(2 * np.pi)
    np.testing.assert_allclose(frame.prior_log_density(frame.coordinates(mu)), expected, rtol=1e-9)


def test_of_many_dimensions_the_leading_directions_are_modelled_and_the_others_normal() -> None:
    rng = np.random.default_rng(0)
    mu = (rng.standard_normal((400, 100)) * np.linspace(3, 0.5, 100)).astype(np.float32)
    density = fitted("gmm", codes(mu))
    assert (density.frame.modelled, len(density.frame.sd)) == (MOST_MODELLED, 100)
    drawn = density.draw(4000, np.zeros(4000, np.int64), seed=0)
    np.testing.assert_allclose(drawn.std(0), mu.std(0), rtol=0.2)


def test_codes_of_an_autoencoder_are_taken_at_any_scale() -> None:
    tiny = replace(codes(1e-3 * two_clusters(300)), has_prior=False)
    drawn = fitted("gmm", tiny).draw(300, np.zeros(300, np.int64), seed=0)
    np.testing.assert_allclose(np.abs(drawn[:, 0]).mean(), 2.5e-3, rtol=0.2)


@pytest.mark.parametrize(
    ("mu", "says"),
    [
        (two_clusters(20), "It cannot be known from 20 images: it takes 50 or more."),
        (np.zeros((100, 3), np.float32), "The codes of all images are the same"),
        (np.full((100, 3), np.nan, np.float32), "not finite"),
    ],
)
def test_what_cannot_be_fitted_is_a_sentence(mu: np.ndarray, says: str) -> None:
    with pytest.raises(ExplorerError, match=says):
        fitted("gmm", codes(mu))
