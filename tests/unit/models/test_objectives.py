"""The ELBO's terms against torch.distributions, finite differences and their definitions."""

from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from models.objectives import (
    AdversarialElbo,
    Elbo,
    TotalCorrelationElbo,
    gaussian_kl,
    importance_bound,
    log_prior_ratio,
    permuted_dimensions,
    reparameterise_with,
    standard_noise,
    total_correlation,
)


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
    z = reparameterise_with(mu, logvar, standard_noise(mu, 200_000))  # [L, 1, 2]
    assert z.shape == (200_000, 1, 2)
    torch.testing.assert_close(z.mean(0), mu, atol=0.02, rtol=0)
    torch.testing.assert_close(z.var(0), logvar.exp(), atol=0.03, rtol=0)


def test_reparameterise_lets_gradients_through() -> None:
    mu, logvar = (torch.randn(3, 2, dtype=torch.float64, requires_grad=True) for _ in range(2))

    def fixed_noise(mu: torch.Tensor, logvar: torch.Tensor) -> torch.Tensor:
        return reparameterise_with(mu, logvar, standard_noise(mu, 2, torch.Generator().manual_seed(1)))

    assert torch.autograd.gradcheck(fixed_noise, (mu, logvar))


def test_noise_repeats_with_its_generator() -> None:
    mu = torch.zeros(3, 2)
    draws = [standard_noise(mu, 2, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_elbo_adds_up_and_the_loss_averages_over_the_batch_only() -> None:
    parts = Elbo(reconstruction=torch.tensor([-10.0, -20.0]), kl=torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert parts.elbo.tolist() == [-13, -27]
    assert parts.loss().item() == 20  # (13 + 27) / 2
    assert parts.loss(beta=4).item() == 35  # (10 + 4*3 + 20 + 4*7) / 2


def correlated(n: int, rho: float) -> torch.Tensor:
    """Codes [N, 4] whose first two dimensions correlate, standard normal each."""
    z = torch.randn(n, 4, dtype=torch.float64)
    z[:, 1] = rho * z[:, 0] + math.sqrt(1 - rho**2) * z[:, 1]
    return z


def test_total_correlation_of_independent_codes_is_nought_and_of_others_the_closed_form() -> None:
    logvar = torch.full((2000, 4), math.log(0.3), dtype=torch.float64)
    for rho in (0.0, 0.9):
        mu = math.sqrt(0.7) * correlated(2000, rho)
        z = mu + math.sqrt(0.3) * torch.randn_like(mu)
        expected = -0.5 * math.log(1 - (0.7 * rho) ** 2)  # the codes are normal with correlation 0.7 rho
        assert total_correlation(z, mu, logvar).item() == pytest.approx(expected, abs=0.06)


def test_total_correlation_against_torch_and_its_gradient() -> None:
    mu, logvar, z = (torch.randn(5, 3, dtype=torch.float64, requires_grad=True) for _ in range(3))
    each = Normal(mu, (0.5 * logvar).exp()).log_prob(z[:, None])  # [i, j, K]
    joint = each.sum(-1).exp().mean(1).log()
    alone = each.exp().mean(1).log().sum(-1)
    torch.testing.assert_close(total_correlation(z, mu, logvar), (joint - alone).mean())
    assert torch.autograd.gradcheck(total_correlation, (z, mu, logvar))


def test_dimensions_are_permuted_across_the_batch_never_within_a_row() -> None:
    z = torch.arange(3000.0).reshape(1000, 3)
    permuted = permuted_dimensions(z, torch.randn(1000, 3))
    assert torch.equal(permuted.sort(0).values, z)  # each dimension keeps its values
    assert (permuted != z).float().mean() > 0.99
    rows = (permuted / 3).floor()  # where each value came from
    assert (rows[:, 0] == rows[:, 1]).float().mean() < 0.01  # and each dimension has an order of its own


def test_the_importance_bound_is_the_log_of_the_mean_weight() -> None:
    log_weights = torch.randn(7, 3, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(importance_bound(log_weights), log_weights.exp().mean(0).log())
    assert torch.autograd.gradcheck(importance_bound, (log_weights,))
    assert importance_bound(torch.tensor([[-2000.0], [-2000.0]])).item() == -2000


def test_the_prior_s_ratio_equals_torch() -> None:
    mu, logvar, noise = torch.randn(3, 2), torch.randn(3, 2), torch.randn(4, 3, 2)
    z = mu + (0.5 * logvar).exp() * noise
    expected = Normal(0.0, 1.0).log_prob(z) - Normal(mu, (0.5 * logvar).exp()).log_prob(z)
    torch.testing.assert_close(log_prior_ratio(z, logvar, noise), expected.sum(-1))


@pytest.mark.parametrize("beta", [0.4, torch.tensor(0.4), 1.0, 5.0, torch.tensor(5.0)])
def test_beta_above_one_weighs_the_total_correlation_alone(beta: float | torch.Tensor) -> None:
    kl = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    elbo = TotalCorrelationElbo(torch.tensor([-10.0, -20.0]), kl, torch.tensor(0.5))
    expected = 15 + min(float(beta), 1.0) * 5 + max(float(beta) - 1, 0.0) * 0.5
    assert elbo.loss(beta).item() == pytest.approx(expected)
    assert AdversarialElbo(elbo.reconstruction, kl, elbo.total_correlation, torch.tensor(7.0)).loss(
        beta
    ).item() == pytest.approx(expected + 7)
