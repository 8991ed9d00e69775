"""Residual convolutional networks (He et al. 2016, pre-activation), with group norm (Wu & He 2018) and SiLU.

The first halving and the last doubling are single convolutions: residual blocks at the full size would take most of the
time, and add little.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.networks import Shape, channels_of, halved, inner_shape, mlp

GROUPS, LEAST_IN_GROUP = 8, 4  # at most so many groups of channels, of at least so many channels


class ResidualBlock(nn.Module):
    """[N, C, H, W] -> [N, D, H, W]: x + two 3 x 3 convolutions of it, each after group norm and SiLU."""

    def __init__(self, c_in: int, c_out: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(*normed_conv(c_in, c_out), *normed_conv(c_out, c_out))
        self.skip = nn.Identity() if c_in == c_out else nn.Conv2d(c_in, c_out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """The sum of both ways."""
        out: Tensor = self.skip(x) + self.branch(x)
        return out


def normed_conv(c_in: int, c_out: int) -> list[nn.Module]:
    """Group norm, SiLU and a 3 x 3 convolution, which keeps the size."""
    groups = math.gcd(GROUPS, c_in // LEAST_IN_GROUP, c_in)
    return [nn.GroupNorm(groups, c_in), nn.SiLU(), nn.Conv2d(c_in, c_out, 3, padding=1)]


def channels_last(x: Tensor) -> Tensor:
    """The same [N, C, H, W], laid out in memory as a CPU convolves it fastest: a step takes two thirds of the time."""
    return x.contiguous(memory_format=torch.channels_last) if x.device.type == "cpu" else x


class Layers(nn.Sequential):
    """Layers from pixels, channels last in memory."""

    def forward(self, x: Tensor) -> Tensor:
        """The last layer's output."""
        out: Tensor = super().forward(channels_last(x))
        return out


class Planes(nn.Unflatten):
    """[N, C * H * W] -> [N, C, H, W], channels last in memory."""

    def forward(self, x: Tensor) -> Tensor:
        """The planes."""
        return channels_last(super().forward(x))


def resnet_encoder(shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int) -> nn.Sequential:
    """[N, C, H, W] -> [N, 2K]: at each halving a residual block behind a stride-2 convolution, then dense layers."""
    layers: list[nn.Module] = []
    for c_in, c_out in pairwise(channels_of(shape, width)):
        layers += [nn.Conv2d(c_in, c_out, 4, stride=2, padding=1), ResidualBlock(c_out, c_out)]  # halves both sides
    inner = inner_shape(shape, width)
    sizes = [math.prod(inner), *hidden, 2 * latent]
    return Layers(*layers, nn.GroupNorm(1, inner[0]), nn.SiLU(), nn.Flatten(), mlp(sizes, activation))


def resnet_decoder(shape: Shape, latent: int, hidden: Sequence[int], activation: str, width: int) -> nn.Sequential:
    """[N, K] -> [N, C, H, W]: dense layers, then residual blocks, the nearest pixel repeated at each doubling."""
    inner = inner_shape(shape, width)
    channels, sizes = channels_of(shape, width)[:0:-1], halved(*shape[1:])[::-1]
    layers: list[nn.Module] = [mlp([latent, *reversed(hidden), math.prod(inner)], activation), Planes(1, inner)]
    layers += [ResidualBlock(channels[0], channels[0])]
    for (c_in, c_out), size in zip(pairwise(channels), sizes[1:-1], strict=True):
        layers += [nn.Upsample(size=size), ResidualBlock(c_in, c_out)]  # [N, c_out, *size]
    last = channels[-1]
    layers += [nn.Upsample(size=sizes[-1]), nn.Conv2d(last, last, 3, padding=1), *normed_conv(last, shape[0])]
    return nn.Sequential(*layers)
