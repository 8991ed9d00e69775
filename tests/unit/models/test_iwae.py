"""The doubly reparameterised gradients of the importance-weighted bound (Tucker et al. 2019)."""

from __future__ import annotations

import pytest
import torch

from explorer.base.errors import ExplorerError
from explorer.training.setup import set_up
from explorer.training.step import Step, step_draws
from models import MODELS
from models.likelihoods import LIKELIHOODS
from models.vae import VAE
from tests.helpers import tiny_config

DRAWS, REPEATS = 8, 400


def pair(**options: object) -> tuple[VAE, VAE]:
    """The same small model with the bound's own gradients, and with doubly reparameterised ones."""
    found = []
    for doubly in (False, True):
        torch.manual_seed(0)
        shape = {"shape": (1, 4, 4), "latent": 2, "hidden": (6,), "activation": "tanh"}
        found.append(MODELS["iwae"].build({**shape, **options, "doubly_reparameterised": doubly}))
    return found[0], found[1]


def gradients(model: VAE, x: torch.Tensor, noise: torch.Tensor, beta: float = 1.0) -> dict[str, torch.Tensor]:
    """Those of the loss, by the names of the parameters."""
    model.zero_grad(set_to_none=True)
    model.elbo_with(x, noise).loss(beta).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def images(n: int) -> torch.Tensor:
    """[n, 1, 4, 4], black and white."""
    return torch.rand(n, 1, 4, 4, generator=torch.Generator().manual_seed(1)).round()


def rows(model: VAE, x: torch.Tensor) -> torch.Tensor:
    """The encoder's gradients for each of many draws of the noise, [REPEATS, weights], in double precision."""
    generator = torch.Generator().manual_seed(2)
    found = []
    for _ in range(REPEATS):
        noise = torch.randn(DRAWS, len(x), 2, generator=generator)
        of = gradients(model, x, noise)
        found.append(torch.cat([of[name].ravel() for name in of if name.startswith("encoder.")]).double())
    return torch.stack(found)


def test_the_encoder_s_gradients_have_the_bound_s_mean_and_less_variance() -> None:
    plain, doubly = (rows(model, images(3)) for model in pair())
    variances = plain.var(0), doubly.var(0)
    stderr = ((variances[0] + variances[1]) / REPEATS).sqrt()
    off = (plain.mean(0) - doubly.mean(0)) / stderr.clamp_min(1e-9)
    assert off.square().mean() < 2  # about 1 where only chance divides them; the weights' estimates hang together
    assert off.abs().max() < 5
    assert (plain.mean(0) / stderr.clamp_min(1e-9)).abs().max() > 10  # they are something to be compared
    assert variances[1].sum() < 0.5 * variances[0].sum()


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian-learned"])
def test_the_decoder_s_gradients_and_the_loss_are_the_bound_s(likelihood: str, beta: float) -> None:
    (plain, doubly), x = pair(likelihood=likelihood), images(3)
    noise = torch.randn(DRAWS, 3, 2, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(plain.elbo_with(x, noise).loss(beta), doubly.elbo_with(x, noise).loss(beta))
    one, other = gradients(plain, x, noise, beta), gradients(doubly, x, noise, beta)
    assert one.keys() == other.keys()
    for name in one:
        if not name.startswith("encoder."):
            torch.testing.assert_close(one[name], other[name])


def test_of_one_draw_they_are_the_path_s_alone() -> None:
    (_, doubly), x = pair(), images(3)
    noise = torch.randn(1, 3, 2, generator=torch.Generator().manual_seed(3))
    found = gradients(doubly, x, noise)
    doubly.zero_grad(set_to_none=True)
    mu, logvar = doubly.encode(x)
    z = mu + (0.5 * logvar).exp() * noise
    q = torch.distributions.Normal(mu.detach(), (0.5 * logvar.detach()).exp())  # Roeder et al. 2017
    p = torch.distributions.Normal(torch.zeros(2), torch.ones(2))
    log_px = doubly.likelihood.log_prob(doubly.decode_params(z), x)
    (-(log_px + (p.log_prob(z) - q.log_prob(z)).sum(-1)).mean()).backward()
    for name, parameter in doubly.named_parameters():
        assert parameter.grad is not None
        torch.testing.assert_close(found[name], parameter.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_step_trains_with_every_likelihood(likelihood: str) -> None:
    config = tiny_config(model="iwae", samples=3, likelihood=likelihood, doubly_reparameterised=True, ema=0.9)
    setup = set_up(config)
    assert setup.model.config.doubly_reparameterised  # type: ignore[attr-defined]
    step = Step(setup.model, config)
    before = [p.detach().clone() for p in step.parameters]
    generator = torch.Generator().manual_seed(0)
    step(torch.from_numpy(setup.train.pixels[:20]), step_draws(setup.model, config, 20, generator), 0.5, 20)
    assert all(not torch.equal(old, p) for old, p in zip(before, step.parameters, strict=True))


def test_other_models_refuse_them() -> None:
    with pytest.raises(ExplorerError, match="'vae' has no doubly reparameterised gradients"):
        set_up(tiny_config(doubly_reparameterised=True))
