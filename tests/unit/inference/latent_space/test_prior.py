"""Priors as arrays, against torch's own mixtures, and those of models."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import norm
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from explorer.inference.latent_space.latent_geometry import prior_draws
from explorer.inference.latent_space.prior import QUANTILE_DRAWS, Prior, normal_prior, prior_under
from models import MODELS
from models.vae import VAE

RNG = np.random.default_rng(0)
MIXTURE = Prior(2 * RNG.standard_normal((7, 3)), RNG.uniform(0.2, 1.5, (7, 3)))


def by_torch(prior: Prior) -> MixtureSameFamily:
    """The same mixture."""
    each = Independent(Normal(torch.from_numpy(prior.mean), torch.from_numpy(prior.sd)), 1)
    return MixtureSameFamily(Categorical(torch.ones(len(prior.mean), dtype=torch.float64)), each)


def test_the_density_is_the_mixture_s() -> None:
    z = 3 * RNG.standard_normal((600, 3))
    expected = by_torch(MIXTURE).log_prob(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(MIXTURE.log_densities(z), expected, rtol=1e-9)
    assert MIXTURE.log_density(z[3]) == pytest.approx(expected[3])
    assert normal_prior(3).log_density(z[0]) == pytest.approx(norm.logpdf(z[0]).sum())


def test_draws_are_the_mixture_s() -> None:
    draws, expected = MIXTURE.draws(100_000, seed=1), by_torch(MIXTURE)
    np.testing.assert_allclose(draws.mean(0), expected.mean.numpy(), atol=0.04)
    np.testing.assert_allclose(draws.std(0), MIXTURE.spread(), rtol=0.02)
    np.testing.assert_allclose(MIXTURE.spread() ** 2, expected.variance.numpy(), rtol=1e-6)
    still = MIXTURE.draws(50, temperature=0.0, seed=1)
    assert np.isclose(np.abs(still[:, None] - MIXTURE.mean).max(2).min(1), 0, atol=1e-6).all()


def test_a_normal_prior_draws_what_it_always_drew() -> None:
    np.testing.assert_array_equal(normal_prior(3).draws(5, 0.7, seed=4), prior_draws(5, 3, 0.7, seed=4))


def test_quantiles_and_densities_of_a_dimension() -> None:
    assert MIXTURE.quantiles(1000).shape == (1000, 3)
    np.testing.assert_allclose(normal_prior(2).quantiles(3)[:, 1], norm.ppf([1 / 6, 0.5, 5 / 6]))
    drawn = MIXTURE.drawn(QUANTILE_DRAWS, np.random.default_rng(5))
    np.testing.assert_allclose(MIXTURE.quantiles(9), np.quantile(drawn, (np.arange(9) + 0.5) / 9, axis=0), atol=0.1)
    along = np.linspace(-12, 12, 2001)
    assert np.trapezoid(MIXTURE.marginal_density(along, 1), along) == pytest.approx(1, abs=1e-4)


def test_how_many_draws_are_less_probable() -> None:
    z = np.array([0.5, -1.0, 2.0], np.float32)
    drawn = RNG.standard_normal((100_000, 3))
    farther = (np.linalg.norm(drawn, axis=1) > np.linalg.norm(z)).mean()
    assert normal_prior(3).share_less_probable(z) == pytest.approx(farther, abs=0.01)
    mixture = Prior(np.zeros((2, 3)), np.ones((2, 3)))  # the same distribution
    assert mixture.share_less_probable(z) == pytest.approx(farther, abs=0.03)


def test_the_component_of_a_draw_is_found() -> None:
    apart = Prior(np.array([[-50.0], [50.0]]), np.array([[0.5], [2.0]]))
    np.testing.assert_array_equal(apart.scale_of(np.array([[-49.0], [48.0], [51.0]])), [[0.5], [2.0], [2.0]])


@pytest.mark.parametrize("name", MODELS)
def test_the_prior_of_every_model(name: str) -> None:
    torch.manual_seed(0)
    model: VAE = MODELS[name].build({"shape": (1, 32, 32), "latent": 3, "hidden": (16,)})
    prior, z = prior_under(model), RNG.standard_normal((20, 3)).astype(np.float32)
    assert prior.is_normal == model.normal_prior
    with torch.no_grad():
        expected = model.prior().log_prob(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(prior.log_densities(z), expected, rtol=1e-4)


def test_a_learned_prior_of_one_component_is_not_the_standard_normal_one() -> None:
    learned = Prior(np.full((1, 2), 3.0), np.full((1, 2), 0.5))
    assert normal_prior(2).is_normal
    assert not learned.is_normal
    np.testing.assert_allclose(learned.quantiles(3)[1], [3, 3], atol=0.02)
    assert learned.share_less_probable(np.full(2, 3.0)) > 0.99
