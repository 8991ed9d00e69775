"""The VAE of pytorch/examples: 784-400-K, ReLU, a sigmoid at the end; binary cross-entropy."""

from __future__ import annotations

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

NAMES = dense_names("fc1", "fc21", "fc22", "fc3", "fc4")


def matches(shapes: Shapes) -> bool:
    """Whether the tensors are exactly those of the example."""
    return exactly(shapes, NAMES)


def convert(weights: Weights) -> Native:
    """The example as our VAE with one hidden layer."""
    tensors = weights.tensors
    hidden, values = tensors["fc1.weight"].shape
    shape, assumed = image_shape(weights, values)
    options = {"shape": shape, "latent": len(tensors["fc21.bias"]), "hidden": (hidden,), "activation": "relu"}
    ours = moved(tensors, {"fc1": "encoder.1.0", "fc3": "decoder.0.0", "fc4": "decoder.0.2"})
    ours |= joined(tensors, "fc21", "fc22", "encoder.1.2")
    return Native("vae", options | likelihood_options(weights, "bernoulli"), ours, assumed)


LAYOUT = Layout("the VAE of pytorch/examples", matches, convert)
