"""Networks of any size: the shapes that come out, and those of earlier runs, which stay as they were."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from torch import nn

from models import ARCHITECTURES, MODELS, VAE, model_spec, options_of
from models.likelihoods import LIKELIHOODS
from models.networks import halved
from models.resnet import ResidualBlock

SIZES = [(8, 8), (9, 13), (28, 28), (96, 64), (100, 100), (256, 256)]
SHIPPED = sorted((Path(__file__).parents[3] / "models" / "pretrained").glob("*/config.json"))
CHOICE = [name for name, spec in MODELS.items() if hasattr(spec.model.config_class, "architecture")]
EARLIER = {  # channels after each halving, as multiples of the first: of the convolutions of earlier versions
    "conv": {28: (1, 2), 32: (1, 2, 4), 64: (1, 2, 4, 4)},
    "burgess": {32: (1, 1, 1), 64: (1, 1, 1, 1)},
}


def build(shape: tuple[int, int, int], architecture: str, name: str = "vae", **options: Any) -> VAE:
    """A small model with these networks."""
    torch.manual_seed(0)
    given = {"shape": shape, "latent": 3, "hidden": (16,), "architecture": architecture, "width": 4}
    return MODELS[name].build({**given, **options})


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_decoders_return_exactly_the_shape(architecture: str, channels: int, size: tuple[int, int]) -> None:
    shape = (channels, *size)
    if architecture == "resnet" and min(size) < 16:
        with pytest.raises(ValueError, match="images of 16 to 256 pixels a side"):
            build(shape, architecture)
        return
    model = build(shape, architecture)
    with torch.inference_mode():
        assert model.decoder(torch.randn(2, 3)).shape == (2, *shape)
        assert model.encoder(torch.rand(2, *shape)).shape == (2, 6)


@pytest.mark.parametrize("side", [15, 16, 31])
def test_odd_rows_and_columns_are_seen_and_drawn(side: int) -> None:
    model = build((1, side, side + 1), "conv", activation="silu")
    x = torch.rand(1, 1, side, side + 1, requires_grad=True)
    model.encoder(x).sum().backward()
    assert x.grad is not None
    assert bool((x.grad != 0).all())  # every pixel reaches the code
    first, second = model.decoder(torch.randn(2, 3))
    assert bool((first != second).all())  # the code reaches every pixel


def test_an_image_is_halved_while_both_sides_allow() -> None:
    assert halved(28, 28) == [(28, 28), (14, 14), (7, 7)]
    assert halved(9, 13) == [(9, 13), (4, 6)]
    assert halved(96, 64) == [(96, 64), (48, 32), (24, 16), (12, 8), (6, 4)]
    assert halved(8, 256) == [(8, 256), (4, 128)]


@pytest.mark.parametrize(("architecture", "side"), [(name, side) for name, table in EARLIER.items() for side in table])
def test_networks_of_earlier_runs_start_from_the_same_weights(architecture: str, side: int) -> None:
    multiples = EARLIER[architecture][side]
    model = build((3, side, side), architecture)
    torch.manual_seed(0)
    channels = [3, *(4 * multiple for multiple in multiples)]
    encoder = [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1) for c_in, c_out in pairwise(channels)]
    inner = channels[-1] * (side >> len(multiples)) ** 2
    dense = [nn.Linear(inner, 16), nn.Linear(16, 6), nn.Linear(3, 16), nn.Linear(16, inner)]
    decoder = [nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1) for c_in, c_out in pairwise(channels[::-1])]
    wanted = [value for layer in (*encoder, *dense, *decoder) for value in layer.parameters()]  # weight, bias
    assert [p.shape for p in model.parameters()] == [value.shape for value in wanted]
    assert all(torch.equal(p, value) for p, value in zip(model.parameters(), wanted, strict=True))


@pytest.mark.parametrize("config", SHIPPED, ids=lambda path: path.parent.name)
def test_shipped_weights_fit_by_name_and_shape(config: Path) -> None:
    facts = json.loads(config.read_text(encoding="utf-8"))["model"]
    with torch.device("meta"):
        model = model_spec(facts["name"]).build(facts["options"])
    with safe_open(config.with_name("weights.safetensors"), "pt") as file:
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118 (no mapping)
    assert {name: list(value.shape) for name, value in model.state_dict().items()} == shapes


@pytest.mark.parametrize("name", CHOICE)
@pytest.mark.parametrize("likelihood", LIKELIHOODS)
def test_residual_networks_learn_under_every_likelihood(name: str, likelihood: str) -> None:
    shape = (3, 17, 20)
    model = build(shape, "resnet", name, likelihood=likelihood)
    assert any(isinstance(part, ResidualBlock) for part in model.decoder.modules())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, noise = torch.rand(6, *shape), torch.randn(1 + model.extra_draws, 6, 3)
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = model.elbo_with(x, noise).loss(1.0)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())
    again = MODELS[name].build(json.loads(json.dumps(options_of(model))))
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(x), model(x))
