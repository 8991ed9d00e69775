"""The VampPrior: a mixture of posteriors, against torch's own and exact likelihoods."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, MultivariateNormal, Normal

from explorer.base.errors import ExplorerError
from explorer.inference.likelihood.evaluation import evaluate
from explorer.inference.likelihood.nll import importance_estimates
from explorer.runs.records import ModelFacts
from explorer.training.setup import set_up
from explorer.training.step import Step, step_draws
from models import MODELS, options_of
from models.priors import GaussianMixture
from models.vamp_vae import VampVAE
from tests.helpers import tiny_config

SHAPE = {"shape": (1, 4, 4), "latent": 2, "hidden": (), "likelihood": "gaussian", "sigma": 0.5}


def linear(seed: int = 0, components: int = 5) -> VampVAE:
    """No hidden layer, so that the prior is an explicit mixture and log p(x) one of as many normal distributions."""
    torch.manual_seed(seed)
    model = MODELS["vamp-vae"].build({**SHAPE, "pseudo_inputs": components})
    assert isinstance(model, VampVAE)
    with torch.no_grad():
        model.pseudo_inputs.copy_(torch.rand(components, 1, 4, 4).round() * 1.4 - 0.2)  # some beyond [0, 1]
        model.encoder[1][0].weight *= 3  # type: ignore[index]  # components far apart
    return model.eval().requires_grad_(False)


def mixture(model: VampVAE) -> MixtureSameFamily:
    """The prior, written down again: the encoder is linear."""
    layer = model.encoder[1][0]  # type: ignore[index]
    pixels = model.pseudo_inputs.flatten(1).clamp(0, 1)
    mu, logvar = (pixels @ layer.weight.T + layer.bias).chunk(2, -1)
    return MixtureSameFamily(
        Categorical(torch.ones(len(mu))), Independent(Normal(mu.double(), (0.5 * logvar).exp().double()), 1)
    )


def exact_log_likelihood(model: VampVAE, x: torch.Tensor) -> torch.Tensor:
    """log 1/P sum_p N(x; W m_p + b, W S_p W' + sigma^2 I), float64: [N]."""
    with torch.no_grad():
        origin = model.decode_params(torch.zeros(1, 2)).double().flatten()
        moved = model.decode_params(torch.eye(2)).double().flatten(1)
    weights, parts = (moved - origin).T, mixture(model).component_distribution  # [D, K]
    found = []
    for mean, variance in zip(parts.mean, parts.variance, strict=True):
        covariance = weights * variance @ weights.T + model.config.sigma**2 * torch.eye(16, dtype=torch.float64)
        found.append(MultivariateNormal(weights @ mean + origin, covariance).log_prob(x.double().flatten(1)))
    return torch.logsumexp(torch.stack(found), 0) - math.log(len(found))


def pixels(n: int) -> np.ndarray:
    """uint8 [n, 1, 4, 4]."""
    return np.random.default_rng(0).integers(0, 256, (n, 1, 4, 4), np.uint8)


def test_the_prior_is_the_mixture_of_the_pseudo_inputs_posteriors() -> None:
    model, z = linear(), 2 * torch.randn(4, 30, 2, generator=torch.Generator().manual_seed(1))
    prior = model.prior()
    torch.testing.assert_close(prior.log_prob(z).double(), mixture(model).log_prob(z.double()), rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(prior.conditional_log_prob(z).sum(-1), prior.log_prob(z), rtol=1e-4, atol=1e-4)
    draws = prior.sample(50_000, torch.Generator().manual_seed(2))
    torch.testing.assert_close(draws.mean(0).double(), mixture(model).mean, atol=0.05, rtol=0)
    torch.testing.assert_close(draws.var(0).double(), mixture(model).variance, atol=0, rtol=0.05)


def test_one_component_at_the_origin_is_the_standard_normal() -> None:
    prior, z = GaussianMixture(torch.zeros(1, 3), torch.zeros(1, 3)), torch.randn(50, 3)
    torch.testing.assert_close(prior.log_prob(z), Normal(0.0, 1.0).log_prob(z).sum(-1))
    torch.testing.assert_close(prior.conditional_log_prob(z), Normal(0.0, 1.0).log_prob(z))


def test_many_rows_are_worked_on_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    prior, z = linear().prior(), torch.randn(7, 11, 2)
    whole = prior.log_prob(z), prior.conditional_log_prob(z)
    monkeypatch.setattr("models.priors.VALUES_AT_ONCE", 100)
    torch.testing.assert_close((prior.log_prob(z), prior.conditional_log_prob(z)), whole)


def test_the_estimate_reaches_the_exact_likelihood_from_below() -> None:
    model, images = linear(), pixels(40)
    exact = exact_log_likelihood(model, torch.from_numpy(images).float() / 255).mean().item()
    bounds = [importance_estimates(model, images, samples).log_likelihood.mean() for samples in (1, 30, 20_000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(exact, abs=0.02)
    assert evaluate(model, images, 50).elbo_nats < exact


def test_the_dimensions_kl_are_those_of_the_chain_rule() -> None:
    model, x = linear(), torch.from_numpy(pixels(3)).float() / 255
    mu, logvar = posterior = model.encode(x)
    noise = torch.randn(20_000, 3, 2, generator=torch.Generator().manual_seed(3))
    z, _ = model.posterior_samples(posterior, x, noise)
    means, variances = model.prior().mu[:, 0].double(), model.prior().logvar[:, 0].double().exp()
    first = MixtureSameFamily(Categorical(torch.ones(5)), Normal(means, variances.sqrt()))
    q = Normal(mu[:, 0].double(), (0.5 * logvar[:, 0]).exp().double())
    expected = (q.log_prob(z[..., 0].double()) - first.log_prob(z[..., 0].double())).mean(0)
    kl = model.kl(posterior, x, z)
    torch.testing.assert_close(kl[:, 0].double(), expected, rtol=1e-4, atol=1e-3)
    assert (kl.mean(0) > 0).all()


def test_a_training_starts_from_training_images_and_learns_them() -> None:
    config = tiny_config(model="vamp-vae", pseudo_inputs=7, validation=50)
    setup, again = set_up(config), set_up(config)
    model = setup.model
    assert isinstance(model, VampVAE)
    assert torch.equal(model.state_dict()["pseudo_inputs"], again.model.state_dict()["pseudo_inputs"])
    assert setup.trained is not None
    train = torch.from_numpy(setup.train.pixels[setup.trained]).flatten(1).float() / 255
    away = torch.cdist(model.pseudo_inputs.detach().flatten(1), train).min(1).values
    assert (away < 0.2).all()
    assert len(model.pseudo_inputs.flatten(1).unique(dim=0)) == 7
    before = model.pseudo_inputs.detach().clone()
    step = Step(model, config)
    generator = torch.Generator().manual_seed(0)
    step(torch.from_numpy(setup.train.pixels[:20]), step_draws(model, config, 20, generator), 1.0, 20)
    assert not torch.equal(before, model.pseudo_inputs)


def test_more_pseudo_inputs_than_images_differ() -> None:
    model = linear(components=4)
    model.start_from(torch.zeros(4, 1, 4, 4))
    assert len(model.pseudo_inputs.flatten(1).unique(dim=0)) == 4


def test_a_model_made_ready_computes_its_prior_once() -> None:
    model, x = linear(), torch.rand(2, 1, 4, 4)
    ready = model.conditioned_on(x)
    assert ready.prior() is ready.prior()
    assert ready.conditioned_on(x) is ready
    with torch.no_grad():
        model.pseudo_inputs.add_(0.3)
    assert not torch.equal(model.prior().mu, ready.prior().mu)  # of the weights at that time
    assert model.known_prior is None


@pytest.mark.parametrize("name", MODELS)
def test_a_run_says_whether_the_prior_is_normal(name: str) -> None:
    spec = MODELS[name]
    model = spec.build({"shape": (1, 32, 32), "latent": 2, "hidden": (4,)})
    facts = ModelFacts(name, options_of(model), spec.variational)
    assert facts.normal_prior == (model.normal_prior and spec.variational)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="number of pseudo-inputs is 0"):
        MODELS["vamp-vae"].build({**SHAPE, "pseudo_inputs": 0})
    with pytest.raises(ExplorerError, match="'vae' has no pseudo-inputs"):
        set_up(tiny_config(pseudo_inputs=9))
    with pytest.raises(ExplorerError, match="Free bits mean nothing"):
        set_up(tiny_config(model="vamp-vae", free_bits=0.1))
