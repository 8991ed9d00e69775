"""The contract of every entry of MODELS, and what configurations refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from safetensors.torch import load, save

from models import MODELS, model_spec, options_of
from models.likelihoods import LIKELIHOODS
from models.networks import ACTIVATIONS
from models.vae import VAE

SIDES = (8, 28, 32, 64)
SMALL: dict[str, dict[str, Any]] = {"conv-vae": {"width": 4}}
CASES = [
    (name, (channels, side, side))
    for name, spec in MODELS.items()
    for channels in (1, 3)
    for side in spec.sides or SIDES
]


def build(name: str, shape: tuple[int, int, int] = (1, 28, 28), seed: int = 0, **options: Any) -> VAE:
    """A small model of this name."""
    torch.manual_seed(seed)
    return MODELS[name].build({"shape": shape, "latent": 3, "hidden": (16,), **SMALL.get(name, {}), **options})


def images(shape: tuple[int, int, int], n: int = 5) -> torch.Tensor:
    """[N, C, H, W] in [0, 1]."""
    return torch.rand(n, *shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(("name", "shape"), CASES)
def test_shapes_and_ranges(name: str, shape: tuple[int, int, int]) -> None:
    model, x = build(name, shape), images(shape)
    posterior = model.encode(x)
    assert posterior.mu.shape == posterior.logvar.shape == (5, 3)
    assert model.decode_params(torch.randn(2, 4, 3)).shape == (2, 4, *shape)
    pictures = model.decode(10 * torch.randn(4, 3))
    assert pictures.shape == (4, *shape)
    assert 0 <= pictures.min() <= pictures.max() <= 1
    assert torch.equal(model(x), model.decode(posterior.mu))
    parts = model.elbo(x)
    assert parts.elbo.shape == (5,)
    assert parts.elbo.isfinite().all()


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_a_few_steps_reduce_the_loss(name: str, likelihood: str) -> None:
    model, x = build(name, likelihood=likelihood), images((1, 28, 28), 16)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    losses = []
    for _ in range(15):
        loss = model.elbo(x, generator=torch.Generator().manual_seed(0)).loss()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 1
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


@pytest.mark.parametrize("name", MODELS)
def test_options_and_weights_survive_json_and_safetensors(name: str) -> None:
    model, x = build(name), images((1, 28, 28))
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
    model, x = build(name), images((1, 28, 28), 2)
    with torch.no_grad():
        mu, logvar = model.encode(x)
        many = model.elbo(x, samples=3, generator=torch.Generator().manual_seed(5))
        noise = torch.randn(3, 2, 3, generator=torch.Generator().manual_seed(5))
        each = [model.likelihood.log_prob(model.decode_params(mu + (0.5 * logvar).exp() * eps), x) for eps in noise]
    assert many.reconstruction.shape == (2,)
    assert many.kl.shape == (2, 3)
    torch.testing.assert_close(many.reconstruction, torch.stack(each).mean(0))


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation(name: str, activation: str) -> None:
    assert build(name, activation=activation).elbo(images((1, 28, 28))).elbo.isfinite().all()


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


@pytest.mark.parametrize("shape", [(1, 8, 8), (2, 28, 28), (1, 28, 32)])
def test_conv_vae_says_which_images_it_takes(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="square images of 28, 32, 64 pixels with 1 or 3 channels"):
        MODELS["conv-vae"].build({"shape": shape, "latent": 2})


def test_conv_vae_needs_a_width() -> None:
    with pytest.raises(ValueError, match="width is 0"):
        MODELS["conv-vae"].build({"shape": (1, 28, 28), "latent": 2, "width": 0})


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"no model 'gan'; choose one of: vae, conv-vae"):
        model_spec("gan")
