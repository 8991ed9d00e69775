"""A program executed by torch: how it is compared with the decoder that it was made of, before a browser gets it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.exporting.decoder_program.program import DecoderProgram, Operation

FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "relu": F.relu, "silu": F.silu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "abs": torch.abs, "neg": torch.neg,
    "exp": torch.exp, "log": torch.log, "log1p": torch.log1p, "expm1": torch.expm1, "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "erf": torch.erf, "hardsigmoid": F.hardsigmoid,
    "hardswish": F.hardswish, "mish": F.mish, "sin": torch.sin, "cos": torch.cos, "gelu": F.gelu,
    "gelu-tanh": lambda x: F.gelu(x, approximate="tanh"), "power": torch.pow, "leaky-relu": F.leaky_relu,
    "elu": lambda x, alpha, scale, inner: torch.where(x > 0, scale * x, scale * alpha * torch.expm1(inner * x)),
    "softplus": F.softplus, "clamp": torch.clamp, "at-least": torch.clamp_min, "at-most": torch.clamp_max,
    "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge,
}  # fmt: skip
PAIRS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
    "minimum": torch.minimum,
}  # fmt: skip


def replayed(program: DecoderProgram, constants: Sequence[Tensor], z: Tensor) -> Tensor:
    """Mean pixels [N, C, H, W] of codes [N, K], with these values of the program's constants."""
    values = [z]
    for operation in program.operations:
        y = OPERATIONS[operation["op"]](operation, constants, values)
        if "activation" in operation:
            y = applied(operation["activation"], y)
        values.append(y)
    return values[-1].reshape(-1, *program.shape)


def applied(given: list[Any], x: Tensor) -> Tensor:
    """A function, given by its name and its parameters, of each value."""
    name, *parameters = given
    return FUNCTIONS[name](x, *parameters).float()


def linear(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """Rows [N, rows, in] @ weight + bias."""
    x, weight = values[operation["x"]], constants[operation["weight"]]
    return (x.reshape(-1, operation["rows"], weight.shape[0]) @ weight + constants[operation["bias"]]).flatten(1)


def convolution(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """Its correlations, each at its own pixels of the result."""
    x = values[operation["x"]].reshape(-1, *operation["in"])
    out = x.new_zeros(len(x), *operation["out"])
    for kernel in operation["kernels"]:
        low, (height, width), taps = kernel["at"], kernel["count"], kernel["size"]
        high = [count + size - 1 + first - side for count, size, first, side in
                zip(kernel["count"], taps, low, operation["in"][1:], strict=True)]  # fmt: skip
        seen = F.pad(x, (-low[1], high[1], -low[0], high[0]))
        rows, columns = (slice(first, None, step) for first, step in zip(kernel["to"], operation["step"], strict=True))
        out[:, :, rows, columns] = F.conv2d(seen, constants[kernel["weight"]])[:, :, :height, :width]
    return (out + constants[operation["bias"]][:, None, None]).flatten(1)


def affine(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """x * scale + shift."""
    x, scale, shift = values[operation["x"]], constants[operation["scale"]], constants[operation["shift"]]
    places = (torch.arange(x.shape[1]) // operation["plane"]) % len(scale)
    return x * scale[places] + shift[places]


def normalisation(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """Groups brought to mean 0 and variance 1, then an affine map of the channels."""
    x, scale, shift = values[operation["x"]], constants[operation["scale"]], constants[operation["shift"]]
    grouped = x.reshape(len(x), operation["groups"], -1)
    even = F.layer_norm(grouped, grouped.shape[2:], eps=operation["eps"]).reshape(len(x), len(scale), -1)
    return (even * scale[:, None] + shift[:, None]).flatten(1)


def gather(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """The values at the places of a table, in each plane."""
    x = values[operation["x"]]
    table = constants[operation["table"]].long()
    planes = x.reshape(len(x), operation["planes"], operation["step"])[:, :, table.clamp_min(0)]
    return torch.where(table < 0, torch.tensor(operation["fill"]), planes).flatten(1)


def concatenation(operation: Operation, constants: Sequence[Tensor], values: Sequence[Tensor]) -> Tensor:
    """Values one behind another, within each of the outer rows."""
    parts = [values[part] for part in operation["parts"]]
    return torch.cat([part.reshape(len(part), operation["outer"], -1) for part in parts], 2).flatten(1)


OPERATIONS: dict[str, Callable[[Operation, Sequence[Tensor], Sequence[Tensor]], Tensor]] = {
    "linear": linear,
    "convolution": convolution,
    "affine": affine,
    "normalisation": normalisation,
    "gather": gather,
    "concatenation": concatenation,
    "constant": lambda operation, constants, values: constants[operation["value"]].flatten().expand(len(values[0]), -1),
    "function": lambda operation, constants, values: applied(operation["function"], values[operation["x"]]),
    "binary": lambda operation, constants, values: PAIRS[operation["name"]](
        values[operation["x"]], values[operation["y"]]
    ),
    "choice": lambda operation, constants, values: torch.where(
        values[operation["where"]] != 0, values[operation["x"]], values[operation["y"]]
    ),
}
