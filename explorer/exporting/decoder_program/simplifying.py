"""The same program with fewer operations: what is constant is folded into weights, functions join what they follow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.exporting.decoder_program.program import (
    CONSTANTS,
    VALUES,
    DecoderProgram,
    Operation,
    values_of,
    weighted,
)

ACTIVATED = ("linear", "convolution", "normalisation", "affine", "binary")  # what may have a function at its end


def simplified(program: DecoderProgram) -> DecoderProgram:
    """A program with the same result. ``program`` is changed and not to be used any more."""
    for rule in (without_constant_inputs, without_affine, with_activation):
        for number in range(1, len(program.operations) + 1):
            rule(program, number)
    return compacted(program)


def uses(program: DecoderProgram) -> Counter[int]:
    """How often each value is taken; the last one is the result."""
    counts = Counter(value for operation in program.operations for value in values_of(operation))
    counts[len(program.operations)] += 1
    return counts


def before(program: DecoderProgram, number: int) -> tuple[int, Operation] | None:
    """The operation whose value ``x`` is taken by operation ``number`` and by no other; None where there is none."""
    x = program.operations[number - 1].get("x", 0)
    if x == 0 or uses(program)[x] != 1:
        return None
    return x, program.operations[x - 1]


def joined(program: DecoderProgram, number: int, first: int) -> None:
    """Let operation ``first`` stand in the place of ``number``, and nothing in its own."""
    program.operations[number - 1] = program.operations[first - 1]
    program.operations[first - 1] = {"op": "nothing"}


def without_constant_inputs(program: DecoderProgram, number: int) -> None:
    """A linear map of values of which some are constant takes the others alone."""
    operation = program.operations[number - 1]
    found = before(program, number)
    if operation["op"] != "linear" or operation["rows"] != 1 or not found or found[1]["op"] != "concatenation":
        return
    parts, weight = found[1]["parts"], program.constants[operation["weight"]]
    edges = np.cumsum([0, *(program.sizes[part] for part in parts)])
    constant = [part for part in parts if part and program.operations[part - 1]["op"] == "constant"]
    varying = [part for part in parts if part not in constant]
    if found[1]["outer"] != 1 or not constant or len(varying) != 1 or len(set(parts)) != len(parts):
        return
    rows = {part: weight[edges[i] : edges[i + 1]] for i, part in enumerate(parts)}
    bias = program.constants[operation["bias"]].astype(np.float64)
    for part in constant:
        bias += program.constants[program.operations[part - 1]["value"]].astype(np.float64) @ rows[part]
    operation |= {"x": varying[0], "weight": program.keep(rows[varying[0]]), "bias": program.keep(bias)}


def without_affine(program: DecoderProgram, number: int) -> None:
    """A linear map or a convolution with an affine map of its channels behind it, as batch normalisation is, is one."""
    operation, found = program.operations[number - 1], before(program, number)
    if operation["op"] != "affine" or not found or "activation" in found[1]:
        return
    first, maker = found
    if maker["op"] == "linear" and maker["rows"] == 1:
        each = per_output(program, operation, program.sizes[first])
    elif maker["op"] == "convolution" and fits_channels(program, operation, maker["out"]):
        each = per_output(program, {**operation, "plane": 1}, maker["out"][0])
    else:
        return
    scale, shift = each
    bias = program.constants[maker["bias"]].astype(np.float64)
    for part in weighted(maker):
        weight = program.constants[part["weight"]].astype(np.float64)
        part["weight"] = program.keep(weight * (scale if weight.ndim == 2 else scale[:, None, None, None]))
    maker["bias"] = program.keep(bias * scale + shift)
    joined(program, number, first)


def fits_channels(program: DecoderProgram, operation: Operation, out: list[int]) -> bool:
    """Whether an affine map treats each channel of [C, H, W] alike."""
    count = program.constants[operation["scale"]].size
    return count == 1 or (count == out[0] and operation["plane"] == math.prod(out[1:]))


def per_output(program: DecoderProgram, operation: Operation, size: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scale and shift of an affine map for each of ``size`` values, float64."""
    scale, shift = (program.constants[operation[name]].astype(np.float64) for name in ("scale", "shift"))
    places = (np.arange(size) // operation["plane"]) % scale.size
    return scale[places], shift[places]


def with_activation(program: DecoderProgram, number: int) -> None:
    """A function of each value is part of the operation before."""
    operation, found = program.operations[number - 1], before(program, number)
    if operation["op"] == "function" and found and found[1]["op"] in ACTIVATED and "activation" not in found[1]:
        found[1]["activation"] = operation["function"]
        joined(program, number, found[0])


def compacted(program: DecoderProgram) -> DecoderProgram:
    """Without what the result does not depend on, renumbered."""
    needed, waiting = set[int](), [len(program.operations)]
    while waiting:
        number = waiting.pop()
        if number and number not in needed:
            needed.add(number)
            waiting += values_of(program.operations[number - 1])
    small = DecoderProgram(program.code, program.shape, sizes=program.sizes[:1])
    values, constants = {0: 0}, dict[int, int]()

    def kept(number: int) -> int:
        if number not in constants:
            constants[number] = small.keep(program.constants[number])
        return constants[number]

    for number in sorted(needed):
        operation = renumbered(program.operations[number - 1], values.__getitem__, kept)
        values[number] = small.add(operation, program.sizes[number])
    return small


def renumbered(operation: Operation, value: Callable[[int], int], constant: Callable[[int], int]) -> Operation:
    """An operation with other numbers of values and constants."""
    changed: Operation = {}
    for name, given in operation.items():
        if name in VALUES:
            changed[name] = [value(part) for part in given] if name == "parts" else value(given)
        elif name in CONSTANTS:
            changed[name] = constant(given)
        elif name == "kernels":
            changed[name] = [renumbered(part, value, constant) for part in given]
        else:
            changed[name] = given
    return changed
