"""The encoder and the decoder of a run as ONNX files, and the JSON file that tells what they take and return."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.base import json_bytes
from explorer.exporting.conventions import conventions_of, lost_density, stored_conventions
from explorer.exporting.functions import traced
from explorer.runs import WEIGHTS, LoadedRun, packed
from models import VAE, OnnxVAE, model_spec

ENCODER, DECODER, NOTE = "encoder.onnx", "decoder.onnx", "model.json"
EXAMPLES = 2  # images; a batch of one would not show what depends on its size
LEFT_OUT = {
    "class": "encoder.onnx: the encoder takes the class of an image besides the image.",
    "mask": "the completion of partly hidden images: the networks are those of whole images.",
}
NO_NETWORKS = "encoder.onnx and decoder.onnx: this run is latents alone."


@dataclass(frozen=True)
class ExportedNetworks:
    """The contents of the files by name, and a sentence for each part of the model that they leave out."""

    files: dict[str, bytes]
    left_out: tuple[str, ...]


class Encode(nn.Module):
    """Images [N, C, H, W] in [0, 1] -> mu and logvar, [N, K] each; mu alone of a model without a variance."""

    def __init__(self, model: VAE, variational: bool) -> None:
        super().__init__()
        self.model, self.variational = model, variational

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """The statistics of the posterior."""
        mu, logvar = self.model.encode(x)
        return (mu, logvar) if self.variational else (mu,)


class Decode(nn.Module):
    """Codes [N, K] -> mean images [N, C, H, W] in [0, 1]."""

    def __init__(self, model: VAE) -> None:
        super().__init__()
        self.model = model

    def forward(self, z: Tensor) -> Tensor:
        """The mean images."""
        return self.model.decode(z)


def exported_networks(run: LoadedRun, model: VAE) -> ExportedNetworks:
    """``encoder.onnx``, ``decoder.onnx`` and ``model.json`` of the run, whose model is ``model``.

    The graphs of a model that was imported as ONNX are those that came. Of a class-conditional model there is the
    decoder alone, of codes that end in the one-hot class.

    Raises ExplorerError where the weights were replaced or altered meanwhile.
    """
    condition = model_spec(run.model.name).condition
    if not run.model.decodes:
        return ExportedNetworks({}, (NO_NETWORKS,))
    if isinstance(model, OnnxVAE):
        files, conventions = stored_graphs(run), stored_conventions(model)
    else:
        variational = run.model.variational
        files, conventions = graphs(model, variational, condition), conventions_of(model, variational)
    left_out = [*([LEFT_OUT[condition]] if condition else []), *lost_density(model)]
    note = {
        "run": run.name, "model": run.model.name, "files": sorted(files), "latent": model.code, **conventions,
        "classes": list(run.data.classes) if condition == "class" else [], "left_out": left_out,
    }  # fmt: skip
    return ExportedNetworks({**files, NOTE: json_bytes(note)}, tuple(left_out))


def graphs(model: VAE, variational: bool, condition: str) -> dict[str, bytes]:
    """The networks of a model of ours; without the encoder where it takes the class."""
    model = copy.deepcopy(model).cpu()  # others may be using it where it is
    files = {DECODER: traced(Decode(model).eval(), torch.zeros(EXAMPLES, model.code), "z", ["x"])}
    if condition == "class":
        return files
    returned = ["mu", "logvar"] if variational else ["mu"]
    images = torch.zeros(EXAMPLES, *model.config.shape)
    return {ENCODER: traced(Encode(model, variational).eval(), images, "x", returned), **files}


def stored_graphs(run: LoadedRun) -> dict[str, bytes]:
    """The graphs that are a run's weights, as they came."""
    from safetensors.torch import load

    return {f"{name}.onnx": tensor.numpy().tobytes() for name, tensor in load(packed(run)[WEIGHTS]).items()}
