"""The ELBO's terms against torch.distributions, finite differences and their definitions."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.objectives import Elbo, gaussian_kl, reparameterise


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


def test_gaussian_kl_equals_torch() -> None:
    mu, logvar = 3 * torch.randn(50, 7, dtype=torch.float64), 3 * torch.randn(50, 7, dtype=torch.float64)
    expected = kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(0, 1))
    torch.testing.assert_close(gaussian_kl(mu, logvar), expected)


def test_gaussian_kl_is_zero_at_the_prior_and_positive_beside_it() -> None:
    zero = torch.zeros(1)
    assert gaussian_kl(zero, zero).item() == 0
    assert gaussian_kl(zero, torch.tensor([1e-2])).item() > 0
    assert gaussian_kl(torch.tensor([1e-3]), zero).item() == pytest.approx(0.5e-6)


def test_gaussian_kl_keeps_its_digits_in_float32_near_collapse() -> None:
    logvar = torch.tensor([3e-2])
    exact = gaussian_kl(torch.zeros(1, dtype=torch.float64), logvar.double()).item()
    assert gaussian_kl(torch.zeros(1), logvar).item() == pytest.approx(exact, rel=1e-4)


def test_gaussian_kl_gradients() -> None:
    mu, logvar = (torch.randn(4, 3, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(gaussian_kl, (mu, logvar))


def test_reparameterise_has_the_moments_asked_for() -> None:
    mu, logvar = torch.tensor([[0.5, -2.0]]), torch.tensor([[-1.0, 1.0]])
    z = reparameterise(mu, logvar, 200_000)  # [L, 1, 2]
    assert z.shape == (200_000, 1, 2)
    torch.testing.assert_close(z.mean(0), mu, atol=0.02, rtol=0)
    torch.testing.assert_close(z.var(0), logvar.exp(), atol=0.03, rtol=0)


def test_reparameterise_lets_gradients_through() -> None:
    mu, logvar = (torch.randn(3, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))

    def fixed_noise(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        return reparameterise(mu, logvar, 2, torch.Generator().manual_seed(1))

    assert torch.autograd.gradcheck(fixed_noise, (mu, logvar))


def test_reparameterise_repeats_with_its_generator() -> None:
    mu = torch.zeros(3, 2)
    draws = [reparameterise(mu, mu, 2, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_elbo_adds_up_and_the_loss_averages_over_the_batch_only() -> None:
    parts = Elbo(reconstruction=torch.tensor([-10.0, -20.0]), kl=torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert parts.elbo.tolist() == [-13, -27]
    assert parts.loss().item() == 20  # (13 + 27) / 2
    assert parts.loss(beta=4).item() == 35  # (10 + 4*3 + 20 + 4*7) / 2
