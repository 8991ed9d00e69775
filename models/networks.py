"""Encoders and decoders: plain modules from pixels to 2K numbers, and from K numbers to pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}

Shape = tuple[int, int, int]  # channels, height, width


def logits(p: Tensor) -> Tensor:
    """log(p / (1 - p)) of p clipped to [0, 1], each logarithm at least -100 (as in torch's binary cross-entropy)."""
    p = p.clamp(0, 1)
    return p.log().clamp_min(-100) - (-p).log1p().clamp_min(-100)


# From what a decoder returns to the parameters of its likelihood (logits of a Bernoulli, else means in [0, 1]).
OUTPUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "params": lambda y: y,
    "sigmoid": torch.sigmoid,  # of logits, where the likelihood takes means
    "logits": logits,  # of probabilities, where the likelihood takes logits
}

# Channels after each halving of an image of this side, as multiples of the width of the first convolution.
Widths = Mapping[int, tuple[int, ...]]
CONV_WIDTHS: Widths = {28: (1, 2), 32: (1, 2, 4), 64: (1, 2, 4, 4)}
BURGESS_WIDTHS: Widths = {32: (1, 1, 1), 64: (1, 1, 1, 1)}  # Burgess et al. 2018, appendix A
CONVOLUTIONS: dict[str, Widths] = {"conv": CONV_WIDTHS, "burgess": BURGESS_WIDTHS}  # by the name of the architecture


def mlp(sizes: Sequence[int], activation: str) -> nn.Sequential:
    """Linear layers of these sizes, with the activation between them but not after the last."""
    layers: list[nn.Module] = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        if i:
            layers.append(ACTIVATIONS[activation]())
        layers.append(nn.Linear(n_in, n_out))
    return nn.Sequential(*layers)


def dense_encoder(shape: Shape, latent: int, hidden: Sequence[int], activation: str) -> nn.Sequential:
    """[N, C, H, W] -> [N, 2K]: mu and logvar side by side."""
    return nn.Sequential(nn.Flatten(), mlp([math.prod(shape), *hidden, 2 * latent], activation))


def dense_decoder(shape: Shape, latent: int, hidden: Sequence[int], activation: str) -> nn.Sequential:
    """[N, K] -> [N, C, H, W], the hidden sizes mirrored."""
    layers = mlp([latent, *reversed(hidden), math.prod(shape)], activation)
    return nn.Sequential(layers, nn.Unflatten(1, shape))


def conv_encoder(
    shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int, widths: Widths = CONV_WIDTHS
) -> nn.Sequential:
    """[N, C, S, S] -> [N, 2K] by stride-2 convolutions and dense layers; S is one of ``widths``."""
    channels = [shape[0], *(width * m for m in widths[shape[1]])]
    layers: list[nn.Module] = []
    for c_in, c_out in pairwise(channels):
        layers += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), ACTIVATIONS[activation]()]  # halves the side
    sizes = [math.prod(inner_shape(shape, width, widths)), *hidden, 2 * latent]
    return nn.Sequential(*layers, nn.Flatten(), mlp(sizes, activation))


def conv_decoder(
    shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int, widths: Widths = CONV_WIDTHS
) -> nn.Sequential:
    """[N, K] -> [N, C, S, S]: the encoder's mirror, with transposed convolutions."""
    inner = inner_shape(shape, width, widths)
    layers: list[nn.Module] = [mlp([latent, *reversed(hidden), math.prod(inner)], activation), nn.Unflatten(1, inner)]
    channels = [*reversed([width * m for m in widths[shape[1]]]), shape[0]]
    for c_in, c_out in pairwise(channels):
        layers += [ACTIVATIONS[activation](), nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1)]  # doubles it
    return nn.Sequential(*layers)


def conv_features(shape: Shape, features: int, activation: str, width: int) -> nn.Sequential:
    """[N, C, H, W] of any size -> [N, features], by two stride-2 convolutions and a dense layer."""
    inner = (2 * width, math.ceil(shape[1] / 4), math.ceil(shape[2] / 4))
    return nn.Sequential(
        nn.Conv2d(shape[0], width, 3, stride=2, padding=1),  # [N, width, H/2, W/2]
        ACTIVATIONS[activation](),
        nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),  # [N, 2 width, H/4, W/4]
        ACTIVATIONS[activation](),
        nn.Flatten(),
        nn.Linear(math.prod(inner), features),
        ACTIVATIONS[activation](),
    )


def check_conv(shape: Shape, width: int, widths: Widths = CONV_WIDTHS) -> None:
    """Raise ValueError for an image shape that the convolutions do not accept, or a width below 1."""
    channels, height, side = shape
    if channels not in (1, 3) or height != side or side not in widths:
        sides = ", ".join(map(str, widths))
        raise ValueError(
            f"The convolutions take square images of {sides} pixels with 1 or 3 channels; these are "
            f"{channels} x {height} x {side}."
        )
    if width < 1:
        raise ValueError(f"The width is {width}; it must be at least 1, for example 32.")


def inner_shape(shape: Shape, width: int, widths: Widths = CONV_WIDTHS) -> Shape:
    """The shape between convolutions and dense layers, for example (64, 7, 7) for 28 pixels and width 32."""
    halvings = widths[shape[1]]
    side = shape[1] >> len(halvings)
    return (width * halvings[-1], side, side)
