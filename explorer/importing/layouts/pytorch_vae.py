"""PyTorch-VAE's VanillaVAE: from a Lightning checkpoint or a bare state dict."""

from __future__ import annotations

import re

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing.layouts.layout import Layout, Native, Shapes, Tensors, Weights, joined

ENCODER = re.compile(r"encoder\.(\d+)\.([01])\.(\w+)")
DECODER = re.compile(r"decoder\.(\d+)\.([01])\.(\w+)")
FINAL = {"0": -5, "1": -4, "3": -2}  # of final_layer: transposed convolution, normalisation, convolution; from the end


def matches(shapes: Shapes) -> bool:
    """Whether there are the heads, the convolutions and the final layer of VanillaVAE, and nothing else."""
    heads = {f"{layer}.{part}" for layer in ("fc_mu", "fc_var", "decoder_input") for part in ("weight", "bias")}
    final = {name for name in shapes if name.startswith("final_layer.")}
    rest = set(shapes) - heads - final
    return (
        heads <= set(shapes)
        and len(shapes.get("final_layer.3.weight", ())) == 4
        and any(ENCODER.fullmatch(name) for name in rest)
        and all(ENCODER.fullmatch(name) or DECODER.fullmatch(name) for name in rest)
    )


def convert(weights: Weights) -> Native:
    """The model as our VanillaVAE; its loss fixes no likelihood."""
    tensors = weights.tensors
    depth = 1 + max(int(found[1]) for name in tensors if (found := ENCODER.fullmatch(name)))
    hidden = tuple(len(tensors[f"encoder.{place}.0.bias"]) for place in range(depth))
    if tensors["fc_mu.weight"].shape[1] != hidden[-1] * 4 or depth != 5:
        raise ExplorerError(
            _("This VanillaVAE does not take images of 64 x 64 pixels by five convolutions."), _("Bring it as ONNX.")
        )
    ours: Tensors = {}
    for name, tensor in tensors.items():
        if found := ENCODER.fullmatch(name):  # three modules a stage: convolution, normalisation, activation
            ours[f"encoder.{3 * int(found[1]) + int(found[2])}.{found[3]}"] = tensor
        elif found := DECODER.fullmatch(name):
            ours[f"decoder.{2 + 3 * int(found[1]) + int(found[2])}.{found[3]}"] = tensor
    last = 2 + 3 * depth + 2  # modules of the decoder, of which the last is the tanh
    for place, back in FINAL.items():
        prefix = f"final_layer.{place}."
        ours |= {f"decoder.{last + back}.{name[len(prefix):]}": tensor for name, tensor in tensors.items()
                 if name.startswith(prefix)}  # fmt: skip
    for part in ("weight", "bias"):
        ours[f"decoder.0.{part}"] = tensors[f"decoder_input.{part}"]
    ours |= joined(tensors, "fc_mu", "fc_var", f"encoder.{3 * depth + 1}")
    said = weights.said
    options = {
        "shape": (tensors["encoder.0.0.weight"].shape[1], 64, 64), "latent": len(tensors["fc_mu.bias"]),
        "hidden": hidden, "shift": (0.5,), "scale": (0.5,), "rescaled": True,
        "likelihood": said.likelihood or "unknown",
    }  # fmt: skip
    if said.sigma:
        options["sigma"] = said.sigma
    if said.likelihood and "bernoulli" in said.likelihood:
        options["output"] = "logits"
    assumed = (
        ()
        if said.likelihood
        else (N_("Likelihood unknown: its loss is a mean squared error with a weight of its own."),)
    )
    return Native("vanilla-vae", options, ours, assumed)


LAYOUT = Layout("PyTorch-VAE's VanillaVAE", matches, convert)
