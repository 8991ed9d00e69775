"""disentangling-vae's Burgess network: mu and logvar interleaved, a sigmoid at the end."""

from __future__ import annotations

import math

from explorer.base.languages import N_
from explorer.importing.layouts.layout import (
    Layout,
    Native,
    Shapes,
    Weights,
    dense_names,
    exactly,
    likelihood_options,
    moved,
)

DENSE = dense_names(
    *(f"encoder.{name}" for name in ("lin1", "lin2", "mu_logvar_gen")),
    *(f"decoder.{name}" for name in ("lin1", "lin2", "lin3")),
)
CONVOLUTIONS = ("conv1", "conv2", "conv3")
MIRRORED = ("convT1", "convT2", "convT3")
LAST, FIRST_MIRRORED = "conv_64", "convT_64"  # where images have 64 pixels
# Its Gaussian loss is 255 times the squared error, which is the log-density for this sigma.
SIGMA = math.sqrt(1 / 510)
LIKELIHOODS = {"bernoulli": "bernoulli", "gaussian": "gaussian"}  # its "laplace" is none of ours


def layers(shapes: Shapes) -> tuple[list[str], list[str]]:
    """The convolutions of the encoder and of the decoder, in their order."""
    large = f"encoder.{LAST}.weight" in shapes
    first, second = [*CONVOLUTIONS, *[LAST] * large], [*[FIRST_MIRRORED] * large, *MIRRORED]
    return [f"encoder.{name}" for name in first], [f"decoder.{name}" for name in second]


def matches(shapes: Shapes) -> bool:
    """Whether the tensors are exactly those of the network, for images of 32 or 64 pixels."""
    convolutions = [name for part in layers(shapes) for name in part]
    names = DENSE | {f"{name}.weight": 4 for name in convolutions} | {f"{name}.bias": 1 for name in convolutions}
    return exactly(shapes, names)


def convert(weights: Weights) -> Native:
    """The model as our Burgess VAE; the likelihood is read from specs.json."""
    tensors = weights.tensors
    encoder, decoder = layers({name: tuple(tensor.shape) for name, tensor in tensors.items()})
    side = 64 if len(encoder) > len(CONVOLUTIONS) else 32
    loss = weights.note("rec_dist", str)
    assumed: tuple[str, ...] = ()
    if weights.said.likelihood is None and loss not in LIKELIHOODS:
        reason = N_("no specs.json with a rec_dist came along") if loss is None else f"rec_dist is {loss[:20]!r}"
        assumed = (N_("Likelihood unknown: {reason}.").format(reason=reason),)
    names = {theirs: f"encoder.{2 * place}" for place, theirs in enumerate(encoder)}
    dense = 2 * len(encoder) + 1  # after the convolutions, their activations and the flattening
    names |= {"encoder.lin1": f"encoder.{dense}.0", "encoder.lin2": f"encoder.{dense}.2"}
    names |= {f"decoder.lin{n}": f"decoder.0.{2 * (n - 1)}" for n in (1, 2, 3)}
    names |= {theirs: f"decoder.{2 * place + 3}" for place, theirs in enumerate(decoder)}
    ours = moved(tensors, names)
    for part in ("weight", "bias"):
        both = tensors[f"encoder.mu_logvar_gen.{part}"]
        ours[f"encoder.{dense}.4.{part}"] = both.unflatten(0, (-1, 2)).transpose(0, 1).flatten(0, 1)
    channels = tensors["encoder.conv1.weight"].shape[1]
    options = {
        "shape": (channels, side, side), "latent": tensors["decoder.lin1.weight"].shape[1], "activation": "relu",
        "hidden": (len(tensors["encoder.lin1.bias"]), len(tensors["encoder.lin2.bias"])),
    }  # fmt: skip
    options |= likelihood_options(weights, LIKELIHOODS.get(loss, "unknown"), SIGMA if loss == "gaussian" else None)
    return Native("burgess-vae", options, ours, assumed)


LAYOUT = Layout("disentangling-vae's network (Burgess et al. 2018)", matches, convert)
