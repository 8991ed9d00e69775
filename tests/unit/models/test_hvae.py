"""Two levels of z: the hierarchical posterior against torch's distributions, and exact likelihoods of linear levels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from explorer.base.errors import ExplorerError
from explorer.inference.likelihood.evaluation import evaluate, posterior_draws
from explorer.inference.likelihood.nll import importance_estimates
from explorer.runs.records import ModelFacts
from explorer.training.setup import set_up
from models import MODELS, options_of
from models.hvae import HVAE
from tests.helpers import tiny_config

UPPER, LOWER = 2, 3
SHAPE = {"shape": (1, 4, 4), "latent": UPPER + LOWER, "top": UPPER, "likelihood": "gaussian", "sigma": 0.5}


def built(seed: int = 0, **options: object) -> HVAE:
    """A small one, its levels depending on each other more than at first."""
    torch.manual_seed(seed)
    model = MODELS["hvae"].build({**SHAPE, "hidden": (8,), **options})
    assert isinstance(model, HVAE)
    with torch.no_grad():
        for network in (model.conditional_prior, model.conditional_posterior):
            last_of(network).weight.mul_(3)
    return model.eval().requires_grad_(False)


def last_of(network: nn.Module) -> nn.Linear:
    """Its last linear layer."""
    return [part for part in network.modules() if isinstance(part, nn.Linear)][-1]


def linear(seed: int = 0) -> HVAE:
    """Linear levels, p(z1|z2) of constant variance: z2, z1 and x are jointly normal."""
    model = built(seed, hidden=())
    last_of(model.conditional_prior).weight[LOWER:] = 0
    last_of(model.conditional_posterior).weight.div_(3)  # so that draws of it carry the estimate
    return model


def exact_log_likelihood(model: HVAE, x: torch.Tensor) -> torch.Tensor:
    """log N(x; mean, covariance), by the weights of decoder and p(z1|z2), in float64: [N]."""
    decoder, conditional = last_of(model.decoder), last_of(model.conditional_prior)
    weights, offset = decoder.weight.double(), decoder.bias.double()
    slope, shift = conditional.weight[:LOWER].double(), conditional.bias[:LOWER].double()
    variance = conditional.bias[LOWER:].double().exp()
    both = torch.cat([torch.eye(UPPER, dtype=torch.float64), slope])  # z2 and z1 as functions of z2
    noise = torch.cat([torch.zeros(UPPER, dtype=torch.float64), variance]).diag()
    covariance = weights @ (both @ both.T + noise) @ weights.T + 0.25 * torch.eye(16, dtype=torch.float64)
    mean = weights @ torch.cat([torch.zeros(UPPER, dtype=torch.float64), shift]) + offset
    return MultivariateNormal(mean, covariance).log_prob(x.double().flatten(1))


def pixels(n: int) -> np.ndarray:
    """uint8 [n, 1, 4, 4]."""
    return np.random.default_rng(0).integers(0, 256, (n, 1, 4, 4), np.uint8)


def images(n: int) -> torch.Tensor:
    """The same in [0, 1]."""
    return torch.from_numpy(pixels(n)).float() / 255


def test_the_estimate_reaches_the_exact_likelihood_from_below() -> None:
    model = linear()
    exact = exact_log_likelihood(model, images(40)).mean().item()
    bounds = [importance_estimates(model, pixels(40), samples).log_likelihood.mean() for samples in (1, 30, 20_000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(exact, abs=0.03)
    assert evaluate(model, pixels(40), 50).elbo_nats < exact


def levels(model: HVAE, x: torch.Tensor, z: torch.Tensor) -> tuple[Normal, Normal]:
    """q(z2|x) and q(u|x, z2) at z [L, N, K], written down again."""
    stats = model.encoder(x)
    mu, logvar, features = stats[:, :UPPER], stats[:, UPPER : 2 * UPPER], stats[:, 2 * UPPER :]
    rows = [torch.cat([features, z2], 1) for z2 in z[..., :UPPER]]
    lower = torch.stack([features + model.conditional_posterior(row) for row in rows])
    return Normal(mu, (0.5 * logvar).exp()), Normal(lower[..., :LOWER], (0.5 * lower[..., LOWER:]).exp())


def test_draws_and_their_weights_are_those_of_both_levels() -> None:
    model, x = built(), images(3)
    noise = torch.randn(6, 3, UPPER + LOWER, generator=torch.Generator().manual_seed(1))
    z, log_ratio = model.posterior_samples(model.encode(x), x, noise)
    upper, lower = levels(model, x, z)
    torch.testing.assert_close(z[..., :UPPER], upper.mean + upper.stddev * noise[..., :UPPER])
    torch.testing.assert_close(z[..., UPPER:], lower.mean + lower.stddev * noise[..., UPPER:])
    log_q = upper.log_prob(z[..., :UPPER]).sum(-1) + lower.log_prob(z[..., UPPER:]).sum(-1)
    torch.testing.assert_close(log_ratio, Normal(0.0, 1.0).log_prob(z).sum(-1) - log_q, rtol=1e-4, atol=1e-4)


def test_each_level_s_kl_is_that_of_torch() -> None:
    model, x = built(), images(3)
    noise = torch.randn(6, 3, UPPER + LOWER, generator=torch.Generator().manual_seed(1))
    posterior = model.encode(x)
    z, _ = model.posterior_samples(posterior, x, noise)
    standard = Normal(0.0, 1.0)
    expected = torch.cat([kl_divergence(one, standard).reshape(-1, 3, k).mean(0)
                          for one, k in zip(levels(model, x, z), (UPPER, LOWER), strict=True)], -1)  # fmt: skip
    torch.testing.assert_close(model.kl(posterior, x, z), expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.elbo_with(x, noise).kl, expected, rtol=1e-4, atol=1e-5)


def test_a_code_decodes_through_the_conditional_prior() -> None:
    model, z = built(), torch.randn(7, UPPER + LOWER)
    mean, logvar = model.conditional_prior(z[:, :UPPER]).chunk(2, -1)
    z1 = Independent(Normal(mean, (0.5 * logvar).exp()), 1).base_dist
    wanted = model.decoder(torch.cat([z[:, :UPPER], z1.mean + z1.stddev * z[:, UPPER:]], 1))
    torch.testing.assert_close(model.decode_params(z), wanted)


def test_shown_is_the_lower_level_at_the_mean_of_the_upper() -> None:
    model, x = built(), images(3)
    mu, logvar = model.encode(x)
    z, _ = model.posterior_samples(model.encode(x), x, torch.zeros(1, 3, UPPER + LOWER))
    torch.testing.assert_close(z[0], mu)
    _, lower = levels(model, x, z)
    torch.testing.assert_close(logvar[:, UPPER:], 2 * lower.stddev[0].log(), rtol=1e-4, atol=1e-5)


def test_the_levels_depend_on_each_other_in_the_posterior() -> None:
    model = built()
    one = np.repeat(pixels(1), 20_000, 0)
    draws = posterior_draws(model, one)
    together: np.ndarray = np.asarray(np.corrcoef(draws.T))
    assert np.abs(together[:UPPER, UPPER:]).max() > 0.1


def test_sizes_and_what_is_refused() -> None:
    assert set_up(tiny_config(model="hvae", latent=5)).model.config.top == 2  # type: ignore[attr-defined]
    assert set_up(tiny_config(model="hvae", latent=5, top=4)).model.config.top == 4  # type: ignore[attr-defined]
    for options, sentence in (
        ({"latent": 1}, "two levels need 2 dimensions or more"),
        ({"latent": 4, "top": 4}, "upper level has 4 dimensions; it must have 1 to 3"),
        ({"latent": 4, "top": 0}, "upper level has 0 dimensions"),
    ):
        with pytest.raises(ValueError, match=sentence):
            MODELS["hvae"].build({"shape": (1, 8, 8), **options})
    with pytest.raises(ExplorerError, match="'vae' has no upper level"):
        set_up(tiny_config(top=1))


@pytest.mark.parametrize("name", MODELS)
def test_a_run_says_whether_its_posteriors_are_diagonal(name: str) -> None:
    spec = MODELS[name]
    model = spec.build({"shape": (1, 32, 32), "latent": 2, "hidden": (4,)})
    facts = ModelFacts(name, options_of(model), spec.variational)
    assert facts.diagonal_posterior == model.diagonal_posterior
