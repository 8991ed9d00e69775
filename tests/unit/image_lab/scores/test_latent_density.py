"""How usual a place in latent space is, against torch's own mixtures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal

from explorer.image_lab.scores.latent_density import (
    BAND_PERCENT,
    LEAST_FOR_BAND,
    ROWS_AT_ONCE,
    SCALES,
    scales_for,
    usual_range,
    without_images,
)
from explorer.inference.latent_space.prior import normal_prior
from explorer.inference.latents import Latents, gaussian_kl
from explorer.inference.likelihood.evaluation import PerImage

PRIOR = normal_prior(3)


def latents(n: int = 40, k: int = 3, point: bool = False) -> Latents:
    """Posteriors that have nothing to do with one another."""
    rng = np.random.default_rng(0)
    mu = rng.standard_normal((n, k)).astype(np.float32)
    logvar = rng.uniform(-4, 0, (n, k)).astype(np.float32)
    kl = np.zeros_like(mu) if point else gaussian_kl(mu, logvar)
    return Latents(PerImage(mu, logvar, np.zeros(n, np.float32), kl, np.zeros(n, np.float32)), None, ())


def mixture(of: Latents) -> MixtureSameFamily:
    """The aggregate posterior, by torch."""
    mu, sigma = torch.from_numpy(of.mu).double(), torch.from_numpy(of.values.logvar).double().mul(0.5).exp()
    return MixtureSameFamily(Categorical(torch.ones(len(of)).double()), Independent(Normal(mu, sigma), 1))


def places(n: int, k: int = 3) -> NDArray[np.float64]:
    """Some z, near and far."""
    return np.random.default_rng(1).standard_normal((n, k)) * 2


def test_the_density_is_the_mixture_s() -> None:
    of, z = latents(), places(2 * ROWS_AT_ONCE + 3)
    expected = mixture(of).log_prob(torch.from_numpy(z)).numpy()
    np.testing.assert_allclose(SCALES["density"].of(of, PRIOR, z, None), expected, rtol=1e-9)


def test_without_its_own_image_the_density_is_that_of_the_others() -> None:
    of, chosen = latents(), np.array([3, 17])
    found = SCALES["density"].of(of, PRIOR, of.mu[chosen], chosen)
    for value, own in zip(found, chosen, strict=True):
        rest = without_images(of, np.array([own]))
        assert len(rest) == 39
        expected = mixture(rest).log_prob(torch.from_numpy(of.mu[[own]]).double()).item()
        assert value == pytest.approx(expected, rel=1e-9)


def test_the_nearest_image_is_found_and_one_s_own_is_left_out() -> None:
    of, z = latents(), places(ROWS_AT_ONCE + 5)
    expected = np.linalg.norm(z[:, None] - of.mu, axis=2).min(1)
    np.testing.assert_allclose(SCALES["nearest"].of(of, PRIOR, z, None), expected, rtol=1e-9)
    chosen = np.arange(len(of))
    assert (SCALES["nearest"].of(of, PRIOR, of.mu, None) == 0).all()
    assert (SCALES["nearest"].of(of, PRIOR, of.mu, chosen) > 0).all()


def test_the_prior_is_a_standard_normal() -> None:
    z = places(7)
    expected = MultivariateNormal(torch.zeros(3).double(), torch.eye(3).double()).log_prob(torch.from_numpy(z))
    np.testing.assert_allclose(SCALES["prior"].of(latents(), PRIOR, z, None), expected.numpy(), rtol=1e-9)


@pytest.mark.parametrize("name", SCALES)
def test_the_band_holds_nine_tenths_of_the_split(name: str) -> None:
    of = latents(200)
    low, high = usual_range(name, of, PRIOR) or (np.nan, np.nan)
    values = SCALES[name].of(of, PRIOR, of.mu, np.arange(200))
    assert ((values >= low) & (values <= high)).mean() == pytest.approx(0.9, abs=0.01)
    assert BAND_PERCENT == (5, 95)


def test_the_band_of_too_few_images_is_none() -> None:
    assert usual_range("nearest", latents(LEAST_FOR_BAND - 1), PRIOR) is None
    assert usual_range("nearest", latents(LEAST_FOR_BAND), PRIOR) is not None


def test_far_from_everything_each_scale_says_hole() -> None:
    of, far = latents(), np.full((1, 3), 9.0)
    for name, scale in SCALES.items():
        low, high = usual_range(name, of, PRIOR) or (np.nan, np.nan)
        value = scale.of(of, PRIOR, far, None)[0]
        assert value < low if scale.low_is_outside else value > high


def test_points_have_neither_density_nor_prior() -> None:
    assert scales_for(latents()) == list(SCALES)
    assert scales_for(latents(point=True)) == ["nearest"]
