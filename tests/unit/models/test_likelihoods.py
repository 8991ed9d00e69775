"""Likelihoods against torch.distributions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions

from models.likelihoods import (
    LIKELIHOODS,
    Bernoulli,
    ContinuousBernoulli,
    Gaussian,
    LearnedGaussian,
    OptimalGaussian,
    log_normaliser,
)

X = torch.rand(4, 2, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
PARAMS = 4 * torch.randn(3, 4, 2, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_bernoulli_equals_torch_on_binary_pixels() -> None:
    x = X.round()
    expected = distributions.Bernoulli(logits=PARAMS).log_prob(x.expand_as(PARAMS)).sum((-3, -2, -1))
    torch.testing.assert_close(Bernoulli().log_prob(PARAMS, x), expected)


def test_bernoulli_on_grey_pixels_is_the_cross_entropy() -> None:
    p = torch.sigmoid(PARAMS)
    expected = (X * p.log() + (1 - X) * (1 - p).log()).sum((-3, -2, -1))
    torch.testing.assert_close(Bernoulli().log_prob(PARAMS, X), expected)


def test_bernoulli_stays_finite_at_extreme_logits() -> None:
    params = torch.full((1, 1, 1, 1), 1e4)
    assert Bernoulli().log_prob(params, torch.zeros(1, 1, 1, 1)).item() == -1e4


@pytest.mark.parametrize("sigma", [0.05, 1.0, 3.0])
def test_gaussian_equals_torch_with_its_constant(sigma: float) -> None:
    expected = distributions.Normal(PARAMS, sigma).log_prob(X).sum((-3, -2, -1))
    torch.testing.assert_close(Gaussian(sigma).log_prob(PARAMS, X), expected)


@pytest.mark.parametrize("sigma", [0.0, -1.0, math.nan, math.inf])
def test_gaussian_refuses_what_is_no_scale(sigma: float) -> None:
    with pytest.raises(ValueError, match="must be a positive number"):
        Gaussian(sigma)


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_every_likelihood(name: str) -> None:
    likelihood = LIKELIHOODS[name](0.3)
    assert likelihood.log_prob(PARAMS, X).shape == (3, 4)  # samples by images
    mean = likelihood.mean(PARAMS)
    assert mean.shape == PARAMS.shape
    assert 0 <= mean.min() < mean.max() <= 1


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_gradients_of_every_likelihood(name: str) -> None:
    params = PARAMS[0, :2, :, :2, :2].clone().requires_grad_()
    x = X[:2, :, :2, :2]
    assert torch.autograd.gradcheck(lambda params: LIKELIHOODS[name](0.3).log_prob(params, x), params)


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_gradients_of_what_every_likelihood_trains(name: str) -> None:
    params = PARAMS[0, :2, :, :2, :2].clone().requires_grad_()
    x = X[:2, :, :2, :2]
    assert torch.autograd.gradcheck(lambda params: LIKELIHOODS[name](0.3).training_log_prob(params, x), params)


def test_continuous_bernoulli_equals_torch() -> None:
    oracle = distributions.ContinuousBernoulli(logits=PARAMS)
    expected = oracle.log_prob(X.expand_as(PARAMS)).sum((-3, -2, -1))
    torch.testing.assert_close(ContinuousBernoulli().log_prob(PARAMS, X), expected, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(ContinuousBernoulli().mean(PARAMS), oracle.mean, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ContinuousBernoulli().std(PARAMS), oracle.variance.sqrt(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("logit", [0.0, 1e-4, -0.05, 0.0999, 0.1001, -0.499, 0.501, 2.0, -9.0])
def test_continuous_bernoulli_integrates_to_one_on_both_sides_of_its_series(logit: float) -> None:
    grid = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    params = torch.full((20_000, 1, 1, 1), logit)  # float32, as networks give them
    density = ContinuousBernoulli().log_prob(params.double(), grid[:, None, None, None]).exp()
    mean = (density * grid).mean()
    assert density.mean().item() == pytest.approx(1, abs=1e-7)
    assert ContinuousBernoulli().mean(params)[0].item() == pytest.approx(mean.item(), abs=2e-6)
    variance = (density * (grid - mean).square()).mean()
    assert ContinuousBernoulli().std(params)[0].item() == pytest.approx(variance.sqrt().item(), rel=1e-4)


def test_the_normaliser_and_its_gradient_stay_finite() -> None:
    logits = torch.tensor([0.0, 1e-30, -1e-3, 100.0, -1e4], requires_grad=True)
    log_normaliser(logits).sum().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_a_learned_sigma_finds_the_residual_s_scale() -> None:
    x = torch.randn(64, 1, 8, 8, generator=torch.Generator().manual_seed(0)) * 0.2
    likelihood = LearnedGaussian(0.1)
    optimizer = torch.optim.Adam(likelihood.parameters(), lr=0.02)
    for _ in range(200):
        optimizer.zero_grad()
        (-likelihood.log_prob(torch.zeros_like(x), x).mean()).backward()
        optimizer.step()
    sigma = likelihood.log_sigma().exp().item()
    assert sigma == pytest.approx(x.square().mean().sqrt().item(), rel=1e-2)
    expected = distributions.Normal(0.0, sigma).log_prob(x).sum((-3, -2, -1))
    torch.testing.assert_close(likelihood.log_prob(torch.zeros_like(x), x), expected)
    assert likelihood.std(x)[0].max().item() == pytest.approx(sigma)


def test_a_learned_sigma_stays_above_e_to_minus_6() -> None:
    likelihood = LearnedGaussian(0.1)
    torch.nn.init.constant_(likelihood.free_log_sigma, -100.0)
    assert likelihood.log_sigma().item() == pytest.approx(-6)


def test_the_optimal_sigma_is_the_best_one_of_the_batch_and_is_kept() -> None:
    params, x = PARAMS.float(), X.float()
    likelihood = OptimalGaussian(0.5)
    best = likelihood.training_log_prob(params, x).sum().item()
    sigma = (params - x).square().mean().sqrt().item()
    at = [Gaussian(sigma * factor).log_prob(params, x).sum().item() for factor in (0.95, 1.0, 1.05)]
    assert best == pytest.approx(at[1], rel=1e-5)
    assert at[1] > max(at[0], at[2])
    for _ in range(100):
        likelihood.training_log_prob(params, x)
    assert likelihood.log_prob(params, x).sum().item() == pytest.approx(best, rel=1e-4)
    assert likelihood.std(params).mean().item() == pytest.approx(sigma, rel=1e-3)


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_the_params_of_a_mean_have_it(name: str) -> None:
    mean = torch.tensor([[[0.0, 0.001, 0.02, 0.3], [0.4999, 0.5, 0.51, 1.0]]])
    likelihood = LIKELIHOODS[name](0.1)
    torch.testing.assert_close(likelihood.mean(likelihood.params_of(mean)), mean, atol=1.1e-3, rtol=1e-4)
    inner = torch.linspace(0.001, 0.999, 999).reshape(1, 27, 37)
    torch.testing.assert_close(likelihood.mean(likelihood.params_of(inner)), inner, atol=2e-6, rtol=0)
