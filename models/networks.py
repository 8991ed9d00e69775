"""Encoders and decoders: plain modules from pixels to 2K numbers, and from K numbers to pixels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

LARGEST = 256  # height and width of an image for convolutions, pixels; the smallest are those of ``Convolutions``
LEAST_HALVED = 8  # an image is halved while both sides have at least so many pixels
WIDEST = 4  # times the channels of the first convolution: what the others have at most


@dataclass(frozen=True)
class Convolutions:
    """What convolutional networks take.

    Attributes
    ----------
    sides : those among which images are brought to one, pixels, where none is asked for.
    smallest : least height and width, pixels.
    widest : the most channels, as a multiple of those of the first convolution; they double up to it.
    """

    sides: tuple[int, ...]
    smallest: int = 8
    widest: int = WIDEST


CONV = Convolutions((28, 32, 64))
BURGESS = Convolutions((32, 64), widest=1)  # Burgess et al. 2018, appendix A
RESNET = Convolutions(tuple(range(16, LARGEST + 1)), smallest=16)
CONVOLUTIONS: dict[str, Convolutions] = {"conv": CONV, "burgess": BURGESS, "resnet": RESNET}  # by architecture


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
    shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int, widest: int = WIDEST
) -> nn.Sequential:
    """[N, C, H, W] -> [N, 2K] by stride-2 convolutions and dense layers."""
    layers: list[nn.Module] = []
    for c_in, c_out in pairwise(channels_of(shape, width, widest)):
        layers += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), ACTIVATIONS[activation]()]  # halves both sides
    sizes = [math.prod(inner_shape(shape, width, widest)), *hidden, 2 * latent]
    return nn.Sequential(*layers, nn.Flatten(), mlp(sizes, activation))


def conv_decoder(
    shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int, widest: int = WIDEST
) -> nn.Sequential:
    """[N, K] -> [N, C, H, W]: the encoder's mirror, with transposed convolutions."""
    inner = inner_shape(shape, width, widest)
    layers: list[nn.Module] = [mlp([latent, *reversed(hidden), math.prod(inner)], activation), nn.Unflatten(1, inner)]
    channels, sizes = channels_of(shape, width, widest)[::-1], halved(*shape[1:])[::-1]
    for (c_in, c_out), (height, across) in zip(pairwise(channels), sizes[1:], strict=True):
        odd = (height % 2, across % 2)  # a row or a column that the halving left over
        doubling = nn.ConvTranspose2d(c_in, c_out, 4, stride=2, padding=1, output_padding=odd)
        layers += [ACTIVATIONS[activation](), doubling]
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


def check_conv(shape: Shape, width: int, takes: Convolutions = CONV) -> None:
    """Raise ValueError for an image shape that the convolutions do not accept, or a width below 1."""
    channels, *sides = shape
    if channels not in (1, 3) or not all(takes.smallest <= side <= LARGEST for side in sides):
        raise ValueError(
            f"The convolutions take images of {takes.smallest} to {LARGEST} pixels a side with 1 or 3 channels; these "
            f"are {' x '.join(map(str, shape))}."
        )
    if width < 1:
        raise ValueError(f"The width is {width}; it must be at least 1, for example 32.")


def halved(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of an image, halved (rounded down) while both sides have ``LEAST_HALVED`` pixels: 28, 14, 7."""
    sizes = [(height, width)]
    while min(sizes[-1]) >= LEAST_HALVED:
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return sizes


def channels_of(shape: Shape, width: int, widest: int = WIDEST) -> list[int]:
    """Those of the image and after each halving: doubled each time from ``width``, up to ``widest`` times it."""
    halvings = len(halved(*shape[1:])) - 1
    return [shape[0], *(width * min(2**i, widest) for i in range(halvings))]


def inner_shape(shape: Shape, width: int, widest: int = WIDEST) -> Shape:
    """The shape between convolutions and dense layers, for example (64, 7, 7) for 28 pixels and width 32."""
    return (channels_of(shape, width, widest)[-1], *halved(*shape[1:])[-1])
