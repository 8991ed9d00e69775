"""The forward pass of residual networks (docs/models/resnet.md) in float64, from weights alone.

A layer's number in the network is part of its name. What it is shows in its weights; those without weights are told by
what they follow: behind dense layers a reshaping, behind a norm SiLU, and else in a decoder a doubling.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Weights = Mapping[str, Tensor]
GROUPS, LEAST_IN_GROUP = 8, 4
HALVING = 4  # pixels, the side of a kernel of stride 2


def residual(weights: Mapping[str, NDArray[np.floating]], network: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows [N, ...] through the encoder or the decoder: [N, outputs]."""
    own = {
        name.removeprefix(f"{network}."): torch.from_numpy(array.astype(np.float64))
        for name, array in weights.items()
        if name.startswith(f"{network}.")
    }
    numbers = sorted({int(name.partition(".")[0]) for name in own})
    y, kind = planes(torch.from_numpy(x), 3) if network == "encoder" else torch.from_numpy(x), "start"
    for before, number in zip([numbers[0], *numbers], numbers, strict=False):
        if number > before + 1 and kind not in ("norm", "dense"):
            y = y.repeat_interleave(2, -1).repeat_interleave(2, -2)
        y, kind = layer(own, str(number), y, encoder=network == "encoder")
    return y.reshape(len(y), -1).numpy()


def layer(own: Weights, name: str, y: Tensor, *, encoder: bool) -> tuple[Tensor, str]:
    """One numbered layer of a network, and what kind it is."""
    if f"{name}.branch.0.weight" in own:
        return block(own, name, y), "block"
    if f"{name}.0.weight" in own:
        return dense(own, name, y), "dense"
    weight = own[f"{name}.weight"]
    if weight.ndim == 1:
        return norm(own, name, y, 1 if encoder else groups_of(len(weight))), "norm"
    return convolved(own, name, planes(y, weight.shape[1])), "convolution"


def block(own: Weights, name: str, y: Tensor) -> Tensor:
    """A residual block (He et al. 2016): the input, or a 1 x 1 convolution of it, plus two convolutions."""
    branch = y = planes(y, len(own[f"{name}.branch.0.weight"]))
    for i in (0, 3):
        branch = norm(own, f"{name}.branch.{i}", branch, groups_of(branch.shape[1]))
        branch = convolved(own, f"{name}.branch.{i + 2}", branch)
    return branch + (convolved(own, f"{name}.skip", y) if f"{name}.skip.weight" in own else y)


def dense(own: Weights, name: str, y: Tensor) -> Tensor:
    """Two linear layers with SiLU between them."""
    y = y.reshape(len(y), -1)
    hidden = silu(y @ own[f"{name}.0.weight"].T + own[f"{name}.0.bias"])
    return hidden @ own[f"{name}.2.weight"].T + own[f"{name}.2.bias"]


def norm(own: Weights, name: str, y: Tensor, groups: int) -> Tensor:
    """Each group of channels less its mean, over its standard deviation; scaled, shifted, and through SiLU."""
    parts = y.reshape(len(y), groups, -1)
    scaled = (parts - parts.mean(2, keepdim=True)) / (parts.var(2, unbiased=False, keepdim=True) + 1e-5).sqrt()
    weight, bias = (own[f"{name}.{which}"][:, None, None] for which in ("weight", "bias"))
    return silu(scaled.reshape(y.shape) * weight + bias)


def groups_of(channels: int) -> int:
    """Eight groups, or fewer, of at least four channels."""
    return math.gcd(GROUPS, channels // LEAST_IN_GROUP, channels)


def convolved(own: Weights, name: str, y: Tensor) -> Tensor:
    """A convolution that halves (4 x 4), keeps the size (3 x 3), or looks at single pixels."""
    weight = own[f"{name}.weight"]
    side = weight.shape[-1]
    return F.conv2d(y, weight, own[f"{name}.bias"], stride=2 if side == HALVING else 1, padding=0 if side == 1 else 1)


def planes(y: Tensor, channels: int) -> Tensor:
    """y as [N, channels, side, side]."""
    side = math.isqrt(math.prod(y.shape[1:]) // channels)
    return y.reshape(len(y), channels, side, side)


def silu(y: Tensor) -> Tensor:
    """y over 1 + exp(-y)."""
    return y / (1 + torch.exp(-y))
