"""What torch's operators are in a program: one function each, and one line in ``OPERATORS``.

Each takes a ``Call`` and returns the numbers of the values that are its results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.exporting.decoder_program.calls import Call, array, gathered, moved, spread
from explorer.exporting.decoder_program.convolutions import kernels


def linear_map(call: Call, x: Tensor, weight: Tensor, bias: Tensor | None) -> list[int]:
    """x [..., in] @ weight [in, out] + bias [out]."""
    number = call.number(x)
    if number is None or call.number(weight) is not None or weight.ndim != 2:
        raise call.unsupported("of two tensors that depend on the code")
    shift = torch.zeros(weight.shape[1]) if bias is None else bias.expand(weight.shape[1])
    return call.add({
        "op": "linear", "x": number, "rows": x.numel() // weight.shape[0],
        "weight": call.program.keep(array(weight)), "bias": call.program.keep(array(shift)),
    })  # fmt: skip


def addmm(call: Call) -> list[int]:
    """A linear layer."""
    given = call.arguments
    if given["alpha"] != 1 or given["beta"] != 1 or call.number(given["self"]) is not None or given["self"].ndim > 1:
        raise call.unsupported("with factors or a bias for each row")
    return linear_map(call, given["mat1"], given["mat2"], given["self"])


def mm(call: Call) -> list[int]:
    """A linear layer without bias."""
    return linear_map(call, call.arguments["self"], call.arguments["mat2"], None)


def convolution(call: Call) -> list[int]:
    """Plain and transposed convolutions of [1, C, H, W]; a stride that leaves pixels out is a choice of them."""
    given = call.arguments
    x, weight = given["input"], given["weight"]
    if x.ndim != 4 or call.number(weight) is not None or call.number(x) is None:
        raise call.unsupported("of other than planes")
    stride = given["stride"] if not given["transposed"] else [1, 1]
    found, size = kernels(x.shape[1:], weight.detach().float(), given)
    out = (found[0].weight.shape[0], *size)
    bias = torch.zeros(out[0]) if given["bias"] is None else given["bias"]
    value = call.program.add({
        "op": "convolution", "x": call.value(x), "in": list(x.shape[1:]), "out": list(out), "step": found[0].step,
        "kernels": [{**kernel.facts(), "weight": call.program.keep(kernel.weight)} for kernel in found],
        "bias": call.program.keep(array(bias)),
    }, int(np.prod(out)))  # fmt: skip
    if stride == [1, 1]:
        return [value]
    places = np.arange(int(np.prod(out))).reshape(out)[:, :: stride[0], :: stride[1]]
    return gathered(call, value, places, int(np.prod(out)))


def affine(call: Call, x: Tensor, scale: Tensor | float, shift: Tensor | float) -> list[int]:
    """x * scale + shift, whose constants are as many as they differ: value i takes (i // plane) % channels."""
    shape = call.result.shape
    factors = torch.as_tensor(scale, dtype=torch.float32)
    terms = torch.as_tensor(shift, dtype=torch.float32)
    own = np.broadcast_shapes(factors.shape, terms.shape)
    own = (1,) * (len(shape) - len(own)) + tuple(own)
    varying = [axis for axis, count in enumerate(own) if count > 1]
    if varying:  # from the first axis that they vary along to the last one
        first, last = varying[0], varying[-1] + 1
        own = (*(1 for _ in shape[:first]), *shape[first:last], *(1 for _ in shape[last:]))
        plane = int(np.prod(shape[last:], dtype=int))
    else:
        plane = 1
    number = call.number(x)
    assert number is not None
    if x.numel() != call.result.numel():
        number = moved(call, x, x.expand(shape))
    return call.add({
        "op": "affine", "x": number, "plane": plane,
        "scale": call.program.keep(array(factors.expand(own)).ravel()),
        "shift": call.program.keep(array(terms.expand(own)).ravel()),
    })  # fmt: skip


def arithmetic(call: Call) -> list[int]:
    """add, sub, rsub, mul and div of a tensor with a number, a constant, or another tensor."""
    first, second = call.arguments["self"], call.arguments["other"]
    factor = call.arguments.get("alpha", 1)
    if call.arguments.get("rounding_mode"):
        raise call.unsupported("with rounding")
    name = call.name
    if name == "rsub":
        name, first, second = "sub", second, first
    if call.number(first) is not None and call.number(second) is not None:
        if factor != 1:
            raise call.unsupported("with a factor")
        return binary(call, name, first, second)
    constant, x = (second, first) if call.number(second) is None else (first, second)
    constant = torch.as_tensor(constant, dtype=torch.float32)
    if name == "div" and x is not first:
        return binary(call, name, constant, x)
    sign = -1 if name == "sub" else 1
    if name in ("add", "sub"):  # the factor is of the second one
        return (
            affine(call, x, 1.0, sign * factor * constant) if x is first else affine(call, x, sign * factor, constant)
        )
    return affine(call, x, 1 / constant if name == "div" else constant, 0.0)


def binary(call: Call, name: str, first: Tensor, second: Tensor) -> list[int]:
    """An operation on the values of two tensors of the result's shape, pair by pair."""
    x, y = (spread(call, tensor) for tensor in (first, second))
    return call.add({"op": "binary", "name": name, "x": x, "y": y})


def extreme(call: Call) -> list[int]:
    """maximum and minimum."""
    return binary(call, call.name, call.arguments["self"], call.arguments["other"])


def choice(call: Call) -> list[int]:
    """where: values of one tensor or the other."""
    condition, first, second = (spread(call, call.arguments[name]) for name in ("condition", "self", "other"))
    return call.add({"op": "choice", "where": condition, "x": first, "y": second})


def batch_norm(call: Call) -> list[int]:
    """Batch normalisation in use: an affine map of each channel."""
    given = call.arguments
    if given["training"]:
        raise call.unsupported("of the batch itself")
    scale = torch.rsqrt(given["running_var"].double() + given["eps"])
    if given["weight"] is not None:
        scale = scale * given["weight"]
    shift = -given["running_mean"] * scale
    if given["bias"] is not None:
        shift = shift + given["bias"]
    planes = (-1, *(1 for _ in call.result[0].shape[2:]))
    return [*affine(with_result(call, call.result[0]), given["input"], scale.reshape(planes), shift.reshape(planes))]


def with_result(call: Call, result: Tensor) -> Call:
    """The call of an operator with several results, of which this one is used."""
    return Call(call.program, call.func, call.arguments, result, call.known)


def group_norm(call: Call) -> list[int]:
    """Groups of channels brought to mean 0 and variance 1; then an affine map of each channel."""
    given = call.arguments
    channels = given["C"]
    scale = torch.ones(channels) if given["weight"] is None else given["weight"]
    shift = torch.zeros(channels) if given["bias"] is None else given["bias"]
    x = given["input"]
    return call.add({
        "op": "normalisation", "x": call.value(x), "groups": given["group"], "eps": given["eps"],
        "scale": call.program.keep(array(scale)), "shift": call.program.keep(array(shift)),
    }, x.numel())  # fmt: skip


def layer_norm(call: Call) -> list[int]:
    """As group normalisation, of rows; the affine map has a number for each place of a row."""
    given, x = call.arguments, call.arguments["input"]
    length = int(np.prod(given["normalized_shape"]))
    value = call.program.add({
        "op": "normalisation", "x": call.value(x), "groups": x.numel() // length, "eps": given["eps"],
        "scale": call.program.keep(np.ones(1)), "shift": call.program.keep(np.zeros(1)),
    }, x.numel())  # fmt: skip
    scale, shift = (given[name] for name in ("weight", "bias"))
    if scale is None and shift is None:
        return [value]
    known = {**call.known, id(x): (x, value)}
    inner = Call(call.program, call.func, given, call.result[0], known)
    return affine(inner, x, 1.0 if scale is None else scale, 0.0 if shift is None else shift)


def movement(call: Call) -> list[int]:
    """Whatever moves values about without changing them, followed by executing it on their places."""
    x = call.arguments["self"]
    if call.number(x) is None:
        raise call.unsupported("of other tensors")
    places = call.func(**{**call.arguments, "self": torch.arange(x.numel(), dtype=torch.float64).reshape(x.shape)})
    results = places if isinstance(places, (list, tuple)) else [places]
    return [number for place in results for number in gathered(call, call.value(x), place.numpy(), x.numel())]


def padding(call: Call) -> list[int]:
    """A constant around a tensor."""
    x = call.arguments["self"]
    places = torch.arange(1, x.numel() + 1, dtype=torch.float64).reshape(x.shape)
    found = call.func(places, call.arguments["pad"], 0.0) - 1
    return gathered(call, call.value(x), found.numpy(), x.numel(), float(call.arguments["value"]))


def concatenation(call: Call) -> list[int]:
    """Tensors one behind another along an axis."""
    tensors, axis = call.arguments["tensors"], call.arguments["dim"] % call.result.ndim
    outer = int(np.prod(call.result.shape[:axis], dtype=int))
    return call.add({"op": "concatenation", "parts": [call.value(tensor) for tensor in tensors], "outer": outer})


def function(name: str, *parameters: str) -> Callable[[Call], list[int]]:
    """A function of each value, with these of the operator's arguments."""

    def operator(call: Call) -> list[int]:
        numbers = [limit(key, call.arguments[key]) for key in parameters]
        x = call.value(call.arguments["self"])
        return call.add({"op": "function", "function": [name, *numbers], "x": x})

    return operator


def limit(name: str, value: Any) -> float:
    """A parameter as a finite number: a bound that is not there is the largest one."""
    if value is None:
        return -float(np.finfo(np.float32).max) if name.startswith("min") else float(np.finfo(np.float32).max)
    return float(value)


def gelu(call: Call) -> list[int]:
    """x times the normal's cumulative distribution, or its approximation by tanh."""
    return function("gelu" if call.arguments["approximate"] == "none" else "gelu-tanh")(call)


def power(call: Call) -> list[int]:
    """A tensor to the power of a number."""
    if isinstance(call.arguments["exponent"], Tensor) or isinstance(call.arguments["self"], (int, float)):
        raise call.unsupported("with a tensor as exponent")
    return function("power", "exponent")(call)


def comparison(call: Call) -> list[int]:
    """1 where a value is less than a number (or greater), else 0."""
    if isinstance(call.arguments["other"], Tensor):
        raise call.unsupported("of two tensors")
    return function(call.name, "other")(call)


MOVEMENTS = (
    "view", "_unsafe_view", "reshape", "unsqueeze", "squeeze", "transpose", "permute", "t", "expand", "slice", "select",
    "split", "split_with_sizes", "unbind", "clone", "alias", "detach", "flip", "roll", "repeat", "pixel_shuffle",
    "upsample_nearest2d", "_upsample_nearest_exact2d", "reflection_pad2d", "replication_pad2d", "_reshape_alias",
    "unfold", "channel_shuffle", "lift_fresh",
)  # fmt: skip
FUNCTIONS = (
    "relu", "silu", "tanh", "sigmoid", "abs", "neg", "exp", "log", "log1p", "expm1", "sqrt", "rsqrt", "reciprocal",
    "erf", "hardsigmoid", "hardswish", "mish", "sin", "cos",
)  # fmt: skip
OPERATORS: dict[str, Callable[[Call], list[int]]] = {
    "addmm": addmm,
    "mm": mm,
    "convolution": convolution,
    "native_batch_norm": batch_norm,
    "cudnn_batch_norm": batch_norm,
    "native_group_norm": group_norm,
    "native_layer_norm": layer_norm,
    "constant_pad_nd": padding,
    "cat": concatenation,
    "where": choice,
    "gelu": gelu,
    "pow": power,
    "leaky_relu": function("leaky-relu", "negative_slope"),
    "elu": function("elu", "alpha", "scale", "input_scale"),
    "softplus": function("softplus", "beta", "threshold"),
    "clamp": function("clamp", "min", "max"),
    "hardtanh": function("clamp", "min_val", "max_val"),
    "clamp_min": function("at-least", "min"),
    "clamp_max": function("at-most", "max"),
    **dict.fromkeys(("add", "sub", "rsub", "mul", "div"), arithmetic),
    **dict.fromkeys(("maximum", "minimum"), extreme),
    **dict.fromkeys(("lt", "le", "gt", "ge"), comparison),
    **dict.fromkeys(MOVEMENTS, movement),
    **{name: function(name) for name in FUNCTIONS},
}
