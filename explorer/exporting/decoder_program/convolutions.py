"""Plain and transposed convolutions as correlations of stride 1, each with its own place and pixels of the result.

A transposed convolution of stride s is s * s of them: the pixels of the result whose places leave the same remainder
are correlations of the input with every s-th row and column of the kernel (the sub-pixel form of Shi et al. 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Kernel:
    """out[o, to + step * i] = sum over channels and taps of weight[o, c, tap] * x[c, at + i + tap], x being 0 outside.

    ``weight`` is float32 [C_out, C_in, h, w]; ``at`` is where the first tap lies for i = 0; ``to`` is the first pixel
    of the result, ``count`` how many rows and columns there are.
    """

    weight: NDArray[np.float32]
    at: list[int]
    to: list[int]
    step: list[int]
    count: list[int]

    def facts(self) -> dict[str, Any]:
        """All but the weights and the step, which is that of all kernels of a convolution."""
        return {"size": list(self.weight.shape[2:]), "at": self.at, "to": self.to, "count": self.count,
                "pixels": self.count[0] * self.count[1]}  # fmt: skip


def kernels(shape: Sequence[int], weight: Tensor, given: dict[str, Any]) -> tuple[list[Kernel], tuple[int, int]]:
    """The correlations of a convolution of [C, H, W] with torch's arguments, and height and width of the result.

    Of a plain one with a stride, the result is that of stride 1.
    """
    weight = dilated(ungrouped(weight, given["groups"], given["transposed"]), given["dilation"])
    height, width = weight.shape[2:]
    low = given["padding"]
    if not given["transposed"]:
        size = (shape[1] + 2 * low[0] - height + 1, shape[2] + 2 * low[1] - width + 1)
        return [Kernel(weight.numpy(), [-low[0], -low[1]], [0, 0], [1, 1], list(size))], size
    stride, extra = given["stride"], given["output_padding"]
    size = tuple((n - 1) * s - 2 * p + k + e for n, s, p, k, e in
                 zip(shape[1:], stride, low, weight.shape[2:], extra, strict=True))  # fmt: skip
    rows, columns = ([phase(first, stride[axis], low[axis], weight.shape[2 + axis], size[axis])
                      for first in range(min(stride[axis], size[axis]))] for axis in (0, 1))  # fmt: skip
    return [part(weight, row, column, list(stride)) for row, column in product(rows, columns)], (size[0], size[1])


def phase(first: int, stride: int, padding: int, taps: int, size: int) -> tuple[int, list[int], int, int]:
    """Along one axis, for the pixels first + stride * i: first, the taps that reach them, in the order of the input
    places that these take, the first place for i = 0, and how many pixels there are.

    Input i contributes to pixel stride * i + tap - padding, hence pixel p takes input (p + padding - tap) / stride.
    """
    chosen = [tap for tap in reversed(range(taps)) if (first + padding - tap) % stride == 0]
    at = (first + padding - chosen[0]) // stride if chosen else 0
    return first, chosen, at, len(range(first, size, stride))


def part(weight: Tensor, row: Any, column: Any, step: list[int]) -> Kernel:
    """The correlation for a phase of the rows and one of the columns; weight is torch's [C_in, C_out, h, w]."""
    chosen = weight.transpose(0, 1)[:, :, row[1]][:, :, :, column[1]]
    if not chosen.numel():  # pixels that no tap reaches
        chosen = weight.new_zeros(weight.shape[1], weight.shape[0], 1, 1)
    return Kernel(chosen.contiguous().numpy(), [row[2], column[2]], [row[0], column[0]], step, [row[3], column[3]])


def dilated(weight: Tensor, dilation: Sequence[int]) -> Tensor:
    """The kernel with zeros between its taps."""
    if list(dilation) == [1, 1]:
        return weight
    sides = [(n - 1) * step + 1 for n, step in zip(weight.shape[2:], dilation, strict=True)]
    wide = weight.new_zeros(*weight.shape[:2], *sides)
    wide[:, :, :: dilation[0], :: dilation[1]] = weight
    return wide


def ungrouped(weight: Tensor, groups: int, transposed: bool) -> Tensor:
    """The kernel of one group, zero between channels of different groups."""
    if groups == 1:
        return weight
    parts = weight.chunk(groups)  # plain: of C_out, each with C_in / groups; transposed: the other way round
    whole = weight.new_zeros(weight.shape[0], weight.shape[1] * groups, *weight.shape[2:])
    first, second = parts[0].shape[:2]
    for i, own in enumerate(parts):
        whole[i * first : (i + 1) * first, i * second : (i + 1) * second] = own
    return whole
