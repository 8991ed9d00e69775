"""The probe finds in which conventions a trained VAE is held: a shipped one, dressed in each of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.datasets import dataset_spec
from explorer.importing.conventions import SPREADS, pixel_scale
from explorer.importing.probe import Reading, all_readings, fitted, ranked, remembered
from explorer.runs import find_run, load_model, load_run
from models import VAE, OnnxVAE, model_spec

PIXELS = ("0,1", "-1,1", "0.1307/0.3081")
OUTPUTS = ("probabilities", "logits", "pixels")
POSTERIORS = ("mu,logvar", "mu,sigma", "mu,logvar:joined", "mu,sigma:interleaved")


@dataclass(frozen=True)
class Dressed:
    """The encoder and decoder of a VAE in the conventions of a reading."""

    vae: VAE
    truth: Reading

    def encoder(self, x: Tensor) -> list[Tensor]:
        shift, scale = (torch.tensor(part) for part in pixel_scale(self.truth.pixels))
        mu, logvar = self.vae.encode(x * scale + shift)
        pair, _, split = self.truth.posterior.partition(":")
        both = [mu, {"mu,logvar": logvar, "mu,sigma": (logvar / 2).exp()}[pair]]
        return {"joined": [torch.cat(both, 1)], "interleaved": [torch.stack(both, 2).flatten(1)]}.get(split, both)

    def decoder(self, z: Tensor) -> list[Tensor]:
        shift, scale = (torch.tensor(part) for part in pixel_scale(self.truth.pixels))
        y = self.vae.decode(z)
        return [{"logits": torch.logit(y, 1e-6), "pixels": (y - shift) / scale}.get(self.truth.output, y)]

    def read_as(self, reading: Reading, networks: dict[str, nn.Module]) -> VAE:
        shift, scale = pixel_scale(reading.pixels)
        pair, _, split = reading.posterior.partition(":")
        config = self.vae.config
        options = {
            "shape": config.shape, "latent": config.latent, "shift": shift, "scale": scale, "likelihood": "unknown",
            "rescaled": reading.output == "pixels", "output": "sigmoid" if reading.output == "logits" else "params",
            "spread": pair.partition(",")[2], "split": split or "outputs", "places": reading.places,
        }  # fmt: skip
        return OnnxVAE.of_graphs(model_spec("onnx-vae").config(options), networks).eval()


class Called(nn.Module):
    """A function as a module."""

    def __init__(self, function: Callable[[Tensor], list[Tensor]]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> list[Tensor]:
        return self.function(x)


def ways(split: bool) -> list[tuple[str, tuple[int, int]]]:
    """Every posterior in one output, or in two either way round."""
    if split:
        return [(f"{kind}:{way}", (0, 0)) for way in ("joined", "interleaved") for kind in SPREADS]
    return [(kind, places) for places in ((0, 1), (1, 0)) for kind in SPREADS]


def best(dressed: Dressed, x: Tensor) -> Reading:
    """What the probe takes the VAE for."""
    parts = {"encoder": dressed.encoder, "decoder": dressed.decoder}
    networks = {name: remembered(Called(part)) for name, part in parts.items()}
    readings = all_readings(PIXELS, ways(":" in dressed.truth.posterior), OUTPUTS)
    return ranked(readings, lambda reading: dressed.read_as(reading, networks), x)[0].reading


def test_a_trained_vae_is_read_as_it_was_dressed() -> None:
    run = load_run(find_run("digits-2d"))
    vae = load_model(run, torch.device("cpu"))
    x = fitted(dataset_spec(run.data.name).load("test", None).pixels, run.data.shape)
    for pixels, posterior, output in itertools.product(PIXELS, POSTERIORS, OUTPUTS):
        if (pixels, output) != ("0,1", "pixels"):  # which are probabilities
            truth = Reading(pixels, posterior, output, (0, 0) if ":" in posterior else (0, 1))
            assert best(Dressed(vae, truth), x) == truth
