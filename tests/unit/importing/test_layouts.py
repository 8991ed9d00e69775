"""Weights of known layouts: recognised by names and shapes alone, right to rounding."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load
from torch import Tensor, nn

from explorer.base import ExplorerError
from explorer.importing.conventions import Conventions
from explorer.importing.forms import form_of
from explorer.importing.forms.form import Imported
from explorer.importing.layouts import LAYOUTS
from explorer.importing.source import files_of, read_source
from models import VAE, model_spec
from tests.unit.importing.bad_files import example

CHANNELS = (4, 6, 8, 10, 12)


class VanillaVAE(nn.Module):
    """As PyTorch-VAE's, with fewer channels."""

    def __init__(self, latent: int = 5) -> None:
        super().__init__()
        stages = [self.stage(nn.Conv2d(a, b, 3, 2, 1), b) for a, b in pairwise((3, *CHANNELS))]
        self.encoder = nn.Sequential(*stages)
        self.fc_mu, self.fc_var = (nn.Linear(CHANNELS[-1] * 4, latent) for _ in range(2))
        self.decoder_input = nn.Linear(latent, CHANNELS[-1] * 4)
        back = CHANNELS[::-1]
        self.decoder = nn.Sequential(
            *(self.stage(nn.ConvTranspose2d(a, b, 3, 2, 1, output_padding=1), b) for a, b in pairwise(back))
        )
        first = CHANNELS[0]
        self.final_layer = nn.Sequential(
            nn.ConvTranspose2d(first, first, 3, 2, 1, output_padding=1), nn.BatchNorm2d(first), nn.LeakyReLU(),
            nn.Conv2d(first, 3, 3, padding=1), nn.Tanh(),
        )  # fmt: skip
        for module in self.modules():
            if isinstance(module, nn.BatchNorm2d):
                assert module.running_mean is not None
                assert module.running_var is not None
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2)

    @staticmethod
    def stage(convolution: nn.Module, channels: int) -> nn.Sequential:
        """A convolution with what follows it."""
        return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.LeakyReLU())

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and logvar of pixels in [-1, 1]."""
        flat = self.encoder(x).flatten(1)
        return self.fc_mu(flat), self.fc_var(flat)

    def decode(self, z: Tensor) -> Tensor:
        """Pixels in [-1, 1]."""
        return self.final_layer(self.decoder(self.decoder_input(z).view(-1, CHANNELS[-1], 2, 2)))


def read(folder: Path, form: str | None = None, **said: Any) -> tuple[Imported, VAE]:
    """The model in the folder, as the worker reads it, and as a run would hold it."""
    source = read_source(files_of(folder))
    found = form_of(source, form)(source, Conventions(**said))
    model = model_spec(found.model).restore(found.options, load(found.weights)).eval()
    return found, model


@torch.inference_mode()
def test_vanilla_vae_of_a_lightning_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(0)
    theirs = VanillaVAE().eval()
    state = {f"model.{name}": tensor for name, tensor in theirs.state_dict().items()}
    other = {"epoch": 3, "hyper_parameters": {"LR": 0.005}, "optimizer_states": [{"state": {0: torch.zeros(2)}}]}
    torch.save({"state_dict": state, **other}, tmp_path / "last.ckpt")
    found, ours = read(tmp_path)
    assert (found.form, found.model) == ("pytorch-vae", "vanilla-vae")
    assert found.options["likelihood"] == "unknown"
    assert "Likelihood unknown" in found.assumed[0]
    x, z = torch.rand(4, 3, 64, 64), torch.randn(4, 5)
    for expected, value in zip(theirs.encode(2 * x - 1), ours.encode(x), strict=True):
        torch.testing.assert_close(value, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.decode(z), (theirs.decode(z) + 1) / 2, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.", "model.module."])
def test_wrappers_of_a_module_do_not_matter(prefix: str, tmp_path: Path) -> None:
    torch.save({f"{prefix}{name}": tensor for name, tensor in example().items()}, tmp_path / "any-name.bin")
    found, model = read(tmp_path)
    assert found.form == "pytorch-examples"
    assert found.assumed == ("Images taken for grey, 4 x 4.",)
    weights, x = example(), torch.rand(3, 1, 4, 4)
    hidden = torch.relu(x.flatten(1) @ weights["fc1.weight"].T)
    torch.testing.assert_close(model.encode(x).mu, hidden @ weights["fc21.weight"].T)
    torch.testing.assert_close(model.encode(x).logvar, hidden @ weights["fc22.weight"].T)
    hidden = torch.relu(torch.ones(1, 3) @ weights["fc3.weight"].T)
    expected = torch.sigmoid(hidden @ weights["fc4.weight"].T).reshape(1, 1, 4, 4)
    torch.testing.assert_close(model.decode(torch.ones(1, 3)), expected)


@torch.inference_mode()
@pytest.mark.parametrize("likelihood", ["gaussian", "unknown", "continuous-bernoulli"])
def test_another_likelihood_keeps_the_picture(likelihood: str, tmp_path: Path) -> None:
    torch.save(example(), tmp_path / "vae.pt")
    _, plain = read(tmp_path)
    found, model = read(tmp_path, likelihood=likelihood, sigma=0.2)
    assert (found.options["likelihood"], found.options["sigma"]) == (likelihood, 0.2)
    if likelihood == "continuous-bernoulli":  # its mean is not the decoder's sigmoid
        return
    z = torch.randn(3, 3)
    torch.testing.assert_close(model.decode(z), plain.decode(z))


def test_the_shape_is_as_said(tmp_path: Path) -> None:
    torch.save(example(values=24), tmp_path / "vae.pt")
    found, model = read(tmp_path, shape=(1, 4, 6))
    assert model.config.shape == (1, 4, 6)
    assert found.assumed == ()


def test_half_precision_becomes_single(tmp_path: Path) -> None:
    torch.save({name: tensor.half() for name, tensor in example().items()}, tmp_path / "vae.pt")
    _, model = read(tmp_path)
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_a_form_can_be_asked_for(tmp_path: Path) -> None:
    torch.save(example(), tmp_path / "vae.pt")
    found, _ = read(tmp_path, form="pytorch-examples")
    assert found.form == "pytorch-examples"


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_refuses_the_weights_of_the_others(name: str) -> None:
    shapes = {key: tuple(value.shape) for key, value in example().items()}
    assert LAYOUTS[name].matches(shapes) == (name == "pytorch-examples")
    assert not LAYOUTS[name].matches({})
    assert LAYOUTS[name].title


@pytest.mark.parametrize("said", [{"pixels": "-1,1"}, {"posterior": "mu,sigma", "output": "logits"}])
def test_what_weights_fix_cannot_be_said(said: dict[str, str], tmp_path: Path) -> None:
    torch.save(example(), tmp_path / "vae.pt")
    with pytest.raises(ExplorerError, match=f"{' and '.join(said)} cannot be chosen") as raised:
        read(tmp_path, **said)
    assert raised.value.hint == "Leave it out; what can be said: shape, likelihood, sigma."
