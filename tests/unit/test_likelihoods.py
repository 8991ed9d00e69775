"""Likelihoods against torch.distributions."""

from __future__ import annotations

import math

import pytest
import torch
from torch import distributions

from models.likelihoods import LIKELIHOODS, Bernoulli, Gaussian

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
