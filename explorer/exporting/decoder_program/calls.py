"""An operator of torch as it was called, and the values of the program that its tensors are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from explorer.base import ExplorerError
from explorer.exporting.decoder_program.program import DecoderProgram


class UnsupportedError(ExplorerError):
    """An operator, or a form of one, that the engine in the browser has not."""

    def __init__(self, name: str, form: str = "") -> None:
        super().__init__(
            f"The decoder uses the operator {name}{form and ' '}{form}, which the engine in the browser has not.",
            "Its images come from the server.",
        )


@dataclass(frozen=True)
class Call:
    """An operator as it was called: its arguments by name, its result, and which tensors are values of the program."""

    program: DecoderProgram
    func: Any
    arguments: dict[str, Any]
    result: Any
    known: dict[int, tuple[Tensor, int]]

    @property
    def name(self) -> str:
        """As the table has it."""
        return str(self.func._schema.name).removeprefix("aten::").removesuffix("_")

    def number(self, tensor: object) -> int | None:
        """The number of the value that a tensor is; None for a constant."""
        return self.known[id(tensor)][1] if id(tensor) in self.known else None

    def value(self, tensor: Tensor) -> int:
        """The number of the value that a tensor is, which is a new one for a constant."""
        number = self.number(tensor)
        return self.constant(tensor) if number is None else number

    def constant(self, tensor: Tensor) -> int:
        """The number of a new value that is always the same."""
        kept = self.program.keep(array(tensor).ravel())
        return self.program.add({"op": "constant", "value": kept}, tensor.numel())

    def add(self, operation: dict[str, Any], size: int | None = None) -> list[int]:
        """One more operation, whose result has the size of the call's."""
        return [self.program.add(operation, self.result.numel() if size is None else size)]

    def unsupported(self, form: str) -> UnsupportedError:
        """The error for this form of the operator."""
        return UnsupportedError(self.name, form)


def array(tensor: Tensor) -> Any:
    """A constant as float32."""
    return tensor.detach().to(torch.float32).numpy()


def spread(call: Call, tensor: Tensor) -> int:
    """A tensor as a value of the result's shape."""
    wide = tensor.expand(call.result.shape)
    number = call.number(tensor)
    if number is None:
        return call.constant(wide)
    return number if wide.numel() == tensor.numel() else moved(call, tensor, wide)


def moved(call: Call, x: Tensor, wide: Tensor) -> int:
    """The value of a tensor, expanded to the shape of ``wide``."""
    places = torch.arange(x.numel()).reshape(x.shape).expand(wide.shape)
    return gathered(call, call.value(x), places.numpy(), x.numel())[0]


def gathered(call: Call, x: int, places: Any, size: int, fill: float = 0.0) -> list[int]:
    """The values of ``x`` at these places, ``fill`` where one is negative; planes that are alike share a table."""
    flat = places.reshape(-1).astype(np.int64)
    if flat.size == size and (flat == np.arange(size)).all():
        return [x]
    planes = places.shape[1] if places.ndim == 4 and size % places.shape[1] == 0 else 1
    table, step = flat.reshape(planes, -1), size // planes
    alike = np.where(table[0] < 0, table[0], table[0] + step * np.arange(planes)[:, None])
    if not (table == alike).all() or table[0].max(initial=0) >= step:
        planes, table, step = 1, flat[None], size
    return call.add({
        "op": "gather", "x": x, "planes": planes, "step": step, "fill": fill,
        "table": call.program.keep(table[0].astype(np.int32)),
    }, flat.size)  # fmt: skip
