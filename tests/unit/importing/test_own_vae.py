"""What a function of a model's owner may return, and what is understood of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from explorer.base.errors import ExplorerError
from explorer.exporting.functions.vae import picture, statistics
from explorer.importing.own_vae import own_vae

ENCODE, DECODE = nn.Linear(4, 2), nn.Linear(2, 4)


def sentence(made: Any) -> str:
    """What is said of an object that is no VAE."""
    with pytest.raises(ExplorerError) as caught:
        own_vae(made)
    return str(caught.value)


class Whole(nn.Module):
    """A module with both methods and attributes that say something, or only seem to."""

    shape = (1, 2, 2)
    likelihood = "bernoulli"

    def __init__(self) -> None:
        super().__init__()
        self.config: dict[str, float] = {}
        self.output = nn.Linear(2, 4).double()
        self.latent = 2

    def encode(self, x: Tensor) -> Tensor:
        return x

    def decode(self, z: Tensor) -> Tensor:
        return z


def test_an_object() -> None:
    whole = Whole().train()
    vae = own_vae(whole)
    assert (vae.encode, vae.decode) == (whole.encode, whole.decode)
    assert vae.said == {"shape": [1, 2, 2], "likelihood": "bernoulli", "latent": [2]}  # a layer is no output convention
    assert whole in vae.parts
    assert not whole.training
    assert whole.output.weight.dtype == torch.float32


@pytest.mark.parametrize("made", [(ENCODE, DECODE), [ENCODE, DECODE], {"encode": ENCODE, "decode": DECODE}])
def test_a_pair(made: Any) -> None:
    vae = own_vae(made)
    assert (vae.encode, vae.decode, vae.parts, vae.said) == (ENCODE, DECODE, (ENCODE, DECODE), {})


def test_a_decoder_alone() -> None:
    vae = own_vae({"decode": DECODE, "latent": 2, "sigma": 0.5})
    assert (vae.encode, vae.said) == (None, {"latent": [2], "sigma": 0.5})


def test_methods_bring_their_modules() -> None:
    whole = Whole()
    assert whole in own_vae({"encode": whole.encode, "decode": whole.decode}).parts


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (3, "Your code returned int without what decodes. Return an object with encode(x) and decode(z)"),
        (None, "Your code returned NoneType without"),
        ({"encode": ENCODE}, "Your code returned dict without what decodes."),
        ({"encode": 1, "decode": DECODE}, "without what decodes"),
        ({"decode": DECODE, "shape": 28}, "Your code says shape = 28. Give channels, height and width"),
        ({"decode": DECODE, "latent": 0}, "Your code says latent = 0. Give the length of a code"),
        ({"decode": DECODE, "latent": True}, "Your code says latent = True."),
        ({"decode": DECODE, "sigma": -1}, "Your code says sigma = -1. Give a positive number."),
        ({"decode": DECODE, "pixels": (0, 1)}, "Your code says pixels = (0, 1). Give it as text"),
        ({"decode": DECODE, "size": 2}, "Your code says 'size', which has no meaning here. Known: shape, latent"),
    ],
)
def test_what_is_no_vae(made: Any, told: str) -> None:
    assert told in sentence(made)


def test_statistics_of_all_kinds() -> None:
    mu, logvar = torch.zeros(1), torch.ones(1)
    assert statistics((mu, logvar, mu)) == (mu, logvar)
    assert statistics([mu]) == (mu,)
    assert statistics(mu) == (mu,)
    assert statistics(SimpleNamespace(latent_dist=SimpleNamespace(mean=mu, logvar=logvar))) == (mu, logvar)
    assert statistics(SimpleNamespace(latents=mu)) == (mu,)
    for wrong in ({"mu": mu}, None, (), (mu, "x")):
        with pytest.raises(ExplorerError, match="encode returned"):
            statistics(wrong)


def test_pictures_of_all_kinds() -> None:
    x = torch.zeros(1)
    assert all(picture(found) is x for found in (x, (x, 1), SimpleNamespace(sample=x)))
    with pytest.raises(ExplorerError, match="decode returned NoneType"):
        picture(None)


@pytest.mark.parametrize("config", [{"scaling_factor": 0.18215, "shift_factor": None},
                                    SimpleNamespace(scaling_factor=0.18215)])  # fmt: skip
def test_scales_for_diffusion_are_noted(config: Any) -> None:
    made = SimpleNamespace(encode=ENCODE, decode=DECODE, config=config)
    (note,) = own_vae(made).notes
    assert note == "Codes are those of encode, without scaling_factor 0.18215 of a diffusion model."
    assert own_vae((ENCODE, DECODE)).notes == ()


def test_scales_are_found_at_the_owner_of_a_method() -> None:
    whole = Whole()
    whole.config = {"scaling_factor": 2, "shift_factor": 0.5}
    (note,) = own_vae({"encode": whole.encode, "decode": whole.decode}).notes
    assert "without scaling_factor 2 and shift_factor 0.5 of" in note
