"""pythae's default networks: D-512-K, ReLU, a sigmoid at the end."""

from __future__ import annotations

from explorer.base.languages import N_
from explorer.importing.layouts.layout import (
    Layout,
    Native,
    Shapes,
    Weights,
    dense_names,
    exactly,
    image_shape,
    joined,
    likelihood_options,
    moved,
)

NAMES = dense_names(
    "encoder.layers.0.0", "encoder.embedding", "encoder.log_var", "decoder.layers.0.0", "decoder.layers.1.0"
)
LOSSES = {"bce": "bernoulli", "mse": "gaussian"}  # pythae's names of the reconstruction loss


def matches(shapes: Shapes) -> bool:
    """Whether the tensors are exactly those of the default networks."""
    return exactly(shapes, NAMES)


def convert(weights: Weights) -> Native:
    """The model as our VAE with one hidden layer; the loss is read from model_config.json."""
    tensors = weights.tensors
    hidden, values = tensors["encoder.layers.0.0.weight"].shape
    shape, assumed = image_shape(weights, values)
    loss = weights.note("reconstruction_loss", str)
    if weights.said.likelihood is None and loss not in LOSSES:
        assumed = (*assumed, N_("Likelihood unknown: no model_config.json with a reconstruction_loss came along."))
    options = {
        "shape": shape,
        "latent": len(tensors["encoder.log_var.bias"]),
        "hidden": (hidden,),
        "activation": "relu",
    }
    ours = moved(tensors, {
        "encoder.layers.0.0": "encoder.1.0", "decoder.layers.0.0": "decoder.0.0", "decoder.layers.1.0": "decoder.0.2",
    })  # fmt: skip
    ours |= joined(tensors, "encoder.embedding", "encoder.log_var", "encoder.1.2")
    likelihood = likelihood_options(weights, LOSSES.get(loss, "unknown"), 1.0 if loss == "mse" else None)
    return Native("vae", options | likelihood, ours, assumed)


LAYOUT = Layout("pythae's default networks", matches, convert)
