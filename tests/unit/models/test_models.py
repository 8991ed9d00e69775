"""The contract of every entry of MODELS, and what configurations refuse."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from models import MODELS, model_spec, options_of
from models.factor_vae import FactorVAE
from models.likelihoods import LIKELIHOODS
from models.networks import ACTIVATIONS
from models.objectives import AdversarialElbo
from models.vae import VAE

SIDES = (8, 28, 32, 64)
SMALL: dict[str, dict[str, Any]] = {"conv-vae": {"width": 4}}
CHOICE = [name for name, spec in MODELS.items() if hasattr(spec.model.config_class, "architecture")]  # of networks
CASES = [
    (name, (channels, side, side))
    for name, spec in MODELS.items()
    for channels in (1, 3)
    for side in spec.sides or SIDES
]


def usual(name: str) -> tuple[int, int, int]:
    """A grey shape that the model takes: 28 pixels a side, or the smallest of its own."""
    sides = MODELS[name].sides or SIDES
    side = 28 if 28 in sides else min(sides)
    return (1, side, side)


def build(name: str, shape: tuple[int, int, int] | None = None, seed: int = 0, **options: Any) -> VAE:
    """A small model of this name, of images of its usual shape."""
    torch.manual_seed(seed)
    return MODELS[name].build(
        {"shape": shape or usual(name), "latent": 3, "hidden": (16,), **SMALL.get(name, {}), **options}
    )


def images(shape: tuple[int, int, int], n: int = 5) -> torch.Tensor:
    """[N, C, H, W] in [0, 1]."""
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(1))


def drawn(model: VAE, x: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """Draws of the posteriors, [L, N, K]."""
    z, _log_ratio = model.posterior_samples(model.encode(x), x, noise)
    return z


@pytest.mark.parametrize("name", [name for name, spec in MODELS.items() if spec.variational])
def test_the_ratio_of_prior_and_posterior_averages_to_the_kl(name: str) -> None:
    model, x = build(name), images(usual(name), 3)
    noise = torch.randn(20_000, 3, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        bound = model.conditioned_on(x)
        posterior = bound.encode(x)
        z, log_ratio = bound.posterior_samples(posterior, x, noise)
        kl = bound.kl(posterior, x, z)
    assert kl.shape == (3, 3)
    stderr = log_ratio.std(0) / math.sqrt(len(noise))
    assert ((kl.sum(-1) + log_ratio.mean(0)).abs() < 5 * stderr + 1e-4).all()


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_shapes_and_ranges(name: str, shape: tuple[int, int, int]) -> None:
    model, x = build(name, shape), images(shape)
    posterior = model.encode(x)
    assert posterior.mu.shape == posterior.logvar.shape == (5, 3)
    assert model.decode_params(torch.randn(2, 4, model.code)).shape == (2, 4, *shape)
    pictures = model.decode(10 * torch.randn(4, model.code))
    assert pictures.shape == (4, *shape)
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert torch.equal(model(x), model.conditioned_on(x).decode(posterior.mu))
    parts = model.elbo(x)
    assert parts.elbo.shape == (5,)
    assert parts.elbo.isfinite().all()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_few_steps_reduce_the_loss(name: str, likelihood: str) -> None:
    model, x = build(name, likelihood=likelihood), images(usual(name), 16)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1 + model.extra_draws, 16, 3, generator=generator)
    told = model.training_condition(16, None, generator)
    for _ in range(15):
        loss = model.elbo_with(x, noise, condition=told).loss(2.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 1
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 64, 64)])
@pytest.mark.parametrize("name", CHOICE)
def test_networks_may_be_convolutions(name: str, shape: tuple[int, int, int]) -> None:
    model, x = build(name, shape, architecture="conv", width=4), images(shape)
    assert any(isinstance(part, torch.nn.Conv2d) for part in model.encoder.modules())
    assert any(isinstance(part, torch.nn.ConvTranspose2d) for part in model.decoder.modules())
    noise = torch.randn(1 + model.extra_draws, 5, 3, generator=torch.Generator().manual_seed(0))
    model.elbo_with(x, noise).loss(2.0).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    again = MODELS[name].build(json.loads(json.dumps(options_of(model))))
    again.load_state_dict(load(save(model.state_dict())))
    assert torch.equal(again(x), model(x))


def test_a_vae_of_convolutions_is_the_conv_vae() -> None:
    one, other = build("vae", architecture="conv", width=4), build("conv-vae", width=4)
    x = images((1, 28, 28))
    assert torch.equal(one(x), other(x))


@pytest.mark.parametrize("name", CHOICE)
def test_convolutions_say_which_images_they_take(name: str) -> None:
    for options, sentence in (
        ({"shape": (1, 7, 28)}, "images of 8 to 256 pixels a side with 1 or 3 channels; these are 1 x 7 x 28"),
        ({"width": 0}, "width is 0"),
        ({"architecture": "transformer"}, "no architecture 'transformer'; choose one of: dense, conv"),
    ):
        with pytest.raises(ValueError, match=sentence):
            MODELS[name].build({"shape": (1, 28, 28), "latent": 2, "architecture": "conv", **options})


@pytest.mark.parametrize("name", MODELS)
def test_options_and_weights_survive_json_and_safetensors(name: str) -> None:
    model, x = build(name), images(usual(name))
    again = MODELS[name].build(json.loads(json.dumps(options_of(model))))
    assert again.config == model.config
    again.load_state_dict(load(save(model.state_dict())))
    assert torch.equal(again(x), model(x))


@pytest.mark.parametrize("name", MODELS)
def test_same_seed_same_weights(name: str) -> None:
    first, same, other = (build(name, seed=seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[key], same[key]) for key in first)
    assert any(not torch.equal(first[key], other[key]) for key in first)


@pytest.mark.parametrize("name", MODELS)
def test_elbo_averages_its_samples(name: str) -> None:
    model, x = build(name), images(usual(name), 2)
    with torch.no_grad():
        bound = model.conditioned_on(x)
        many = model.elbo(x, samples=3, generator=torch.Generator().manual_seed(5))
        noise = torch.randn(3, 2, 3, generator=torch.Generator().manual_seed(5))
        each = [model.likelihood.log_prob(bound.decode_params(z), x) for z in drawn(bound, x, noise)]
    assert many.reconstruction.shape == (2,)
    assert many.kl.shape == (2, 3)
    torch.testing.assert_close(many.reconstruction, torch.stack(each).mean(0))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(name: str, activation: str) -> None:
    assert build(name, activation=activation).elbo(images(usual(name))).elbo.isfinite().all()


@pytest.mark.parametrize("hidden", [(), (7,), (7, 5, 3)])
@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_hidden_layers(name: str, hidden: tuple[int, ...]) -> None:
    model = build(name, hidden=hidden)
    n_linear = [sum(isinstance(m, torch.nn.Linear) for m in net.modules()) for net in (model.encoder, model.decoder)]
    assert n_linear == [len(hidden) + 1] * 2


def test_the_paper_s_network_has_its_number_of_weights() -> None:
    model = MODELS["vae"].build({"shape": (1, 28, 28), "latent": 20, "hidden": (400,)})
    encoder, decoder = 785 * 400 + 401 * 40, 21 * 400 + 401 * 784
    assert sum(p.numel() for p in model.parameters()) == encoder + decoder


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"latent": 0}, "between 1 and 784"),
        ({"latent": 785}, "between 1 and 784"),
        ({"hidden": (0,)}, "at least 1"),
        ({"shape": (28, 28)}, "channels, height, width"),
        ({"shape": (0, 28, 28)}, "channels, height, width"),
        ({"shape": (-1, -28, 28)}, "channels, height, width"),
        ({"activation": "step"}, "no activation 'step'; choose one of: relu"),
        ({"likelihood": "cauchy"}, "no likelihood 'cauchy'; choose one of: bernoulli"),
        ({"likelihood": "gaussian", "sigma": 0.0}, "positive"),
        ({"depth": 3}, "Unknown model options: depth; known: "),
    ],
)
@pytest.mark.parametrize("name", MODELS)
def test_bad_options_are_named(name: str, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        MODELS[name].build({"shape": (1, 28, 28), "latent": 2, **options})


@pytest.mark.parametrize("shape", [(1, 7, 7), (2, 28, 28), (1, 28, 257)])
def test_conv_vae_says_which_images_it_takes(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="images of 8 to 256 pixels a side with 1 or 3 channels"):
        MODELS["conv-vae"].build({"shape": shape, "latent": 2})


def test_conv_vae_needs_a_width() -> None:
    with pytest.raises(ValueError, match="width is 0"):
        MODELS["conv-vae"].build({"shape": (1, 28, 28), "latent": 2, "width": 0})


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no model 'gan'; choose one of: vae, conv-vae"):
        model_spec("gan")


@pytest.mark.parametrize("name", MODELS)
def test_whatever_trains_reports_the_parts_of_the_elbo(name: str) -> None:
    model, x = build(name), images(usual(name), 6)
    noise = torch.randn(2 + model.extra_draws, 6, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        trained = model.elbo_with(x, noise)
        bound = model.conditioned_on(x)
        z = drawn(bound, x, noise[:2])
        log_px = model.likelihood.log_prob(bound.decode_params(z), x).mean(0)
        kl = bound._elbo(bound.encode(x), x, z, model.likelihood.log_prob).kl
    torch.testing.assert_close(trained.reconstruction, log_px)
    torch.testing.assert_close(trained.kl.sum(-1), kl.sum(-1))
    assert trained.kl.sum() > 0 or not MODELS[name].variational


@pytest.mark.parametrize("name", MODELS)
def test_the_encoder_sees_what_it_is_given(name: str) -> None:
    model, x = build(name), images(usual(name), 6)
    noise = torch.randn(1 + model.extra_draws, 6, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        plain, same, blank = (model.elbo_with(x, noise, seen) for seen in (None, x, torch.zeros_like(x)))
    assert torch.equal(plain.reconstruction, same.reconstruction)
    assert not torch.equal(plain.reconstruction, blank.reconstruction)


def test_an_autoencoder_s_code_is_a_point_without_kl() -> None:
    model, x = build("ae"), images((1, 28, 28), 4)
    first, second = (model.elbo(x, samples=3, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1))
    assert torch.equal(first.reconstruction, second.reconstruction)
    assert not first.kl.any()
    torch.testing.assert_close(
        first.reconstruction, model.likelihood.log_prob(model.decode_params(model.encode(x).mu), x)
    )


def test_importance_weights_of_one_draw_are_the_elbo_s() -> None:
    model, x = build("iwae"), images((1, 28, 28), 400)
    noise = torch.randn(200, 400, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        one = torch.stack([model.elbo_with(x, eps[None]).loss() for eps in noise])
        exact = -model.elbo(x, 200, torch.Generator().manual_seed(3)).elbo.mean()
    assert one.mean().item() == pytest.approx(exact.item(), abs=0.02)  # their KL is sampled, the ELBO's is not


def test_the_importance_weighted_bound_rises_with_its_draws() -> None:
    model, x = build("iwae"), images((1, 28, 28), 200)
    noise = torch.randn(64, 200, 3, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        model.encoder[1][-1].bias += 0.5  # type: ignore[index]  # a posterior that is off
        losses = [
            torch.stack([model.elbo_with(x, part).loss() for part in noise.split(draws)]).mean().item()
            for draws in (1, 4, 16, 64)
        ]
    assert all(more < fewer - 1e-3 for fewer, more in pairwise(losses))


def test_the_discriminator_s_loss_moves_it_alone_and_the_correlation_the_codes_alone() -> None:
    model = build("factor-vae")
    assert isinstance(model, FactorVAE)
    z = torch.randn(32, 3, requires_grad=True)
    model.total_correlation(z).backward()
    assert z.grad is not None
    assert z.grad.abs().sum() > 0
    assert all(p.grad is None for p in model.discriminator.parameters())
    model.zero_grad(set_to_none=True)
    x, noise = images((1, 28, 28), 8), torch.randn(2, 8, 3)
    before = model.elbo_with(x, noise)
    assert isinstance(before, AdversarialElbo)
    before.discriminator_loss.backward()
    assert all(p.grad is None for p in model.encoder.parameters())
    assert all(p.grad is not None for p in model.discriminator.parameters())


def test_a_discriminator_learns_the_total_correlation_of_a_gaussian() -> None:
    model, rho = build("factor-vae"), 0.9
    assert isinstance(model, FactorVAE)
    generator = torch.Generator().manual_seed(0)
    optimizer = torch.optim.Adam(model.discriminator.parameters(), lr=2e-3)

    def codes(n: int) -> torch.Tensor:
        z = torch.randn(n, 3, generator=generator)
        z[:, 1] = rho * z[:, 0] + math.sqrt(1 - rho**2) * z[:, 1]
        return z

    for _ in range(300):
        loss = model.discriminator_loss(codes(512), torch.randn(512, 3, generator=generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        found = model.total_correlation(codes(5000)).item()
    assert found == pytest.approx(-0.5 * math.log(1 - rho**2), abs=0.15)  # 0.83 nats


@pytest.mark.parametrize("likelihood", ["bernoulli", "continuous-bernoulli", "gaussian-optimal"])
@pytest.mark.parametrize(("name", "shape"), CASES)
def test_every_model_can_start_at_a_mean_image(name: str, shape: tuple[int, int, int], likelihood: str) -> None:
    model = build(name, shape, likelihood=likelihood)
    mean = torch.linspace(0.1, 0.9, math.prod(shape)).reshape(shape)
    model.start_at_mean(mean)
    with torch.no_grad():
        for weights in list(model.decoder.parameters())[-2:-1]:
            weights.zero_()
        decoded = model.decode(torch.randn(3, model.code))
    channel = mean.mean((1, 2), keepdim=True).expand(shape)
    dense = list(model.decoder.parameters())[-1].numel() == mean.numel()
    torch.testing.assert_close(decoded, (mean if dense else channel).expand(3, *shape), atol=1e-3, rtol=1e-3)
