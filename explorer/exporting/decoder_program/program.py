"""What a decoder is for the engine: operations on flat arrays, one after another, and the constants that they name."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = 1  # of the packed program; the engine refuses others
ALIGNMENT = 4  # bytes
Operation = dict[str, Any]
Constant = NDArray[Any]  # float32 or int32
# In an operation: what names values (0 is the code, i + 1 the result of operation i), and what names constants.
VALUES = ("x", "y", "where", "parts")
CONSTANTS = ("weight", "bias", "scale", "shift", "table", "value")
HALVED = "weight"  # the constants that may be float16; the others are few


@dataclass
class DecoderProgram:
    """Code [K] -> mean pixels in [0, 1], flat [C H W]: the result of the last operation, for one image.

    ``operations`` hold plain values ready for JSON; their arrays are in ``constants``, by number. ``sizes`` are the
    numbers of values of the code and of each operation's result.
    """

    code: int
    shape: tuple[int, int, int]
    operations: list[Operation] = field(default_factory=list)
    constants: list[Constant] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def keep(self, constant: NDArray[Any]) -> int:
        """The number of a new constant: float32, or int32 where it holds whole numbers."""
        kind = np.int32 if np.issubdtype(constant.dtype, np.integer) else np.float32
        self.constants.append(np.ascontiguousarray(constant, kind))
        return len(self.constants) - 1

    def add(self, operation: Operation, size: int) -> int:
        """The number of the value that a new last operation results in."""
        self.operations.append(operation)
        self.sizes.append(size)
        return len(self.operations)

    @property
    def multiplications(self) -> int:
        """For one image, of its linear maps and convolutions."""
        return sum(
            self.constants[part["weight"]].size * int(part.get("pixels") or part.get("rows") or 1)
            for operation in self.operations
            for part in weighted(operation)
        )


def weighted(operation: Operation) -> list[Operation]:
    """What of an operation holds weights: itself, or the parts of a convolution."""
    if operation["op"] == "convolution":
        parts: list[Operation] = operation["kernels"]
        return parts
    return [operation] if "weight" in operation and operation["op"] == "linear" else []


def values_of(operation: Operation) -> list[int]:
    """The numbers of the values that an operation takes."""
    found: list[int] = []
    for name in VALUES:
        if name in operation:
            found += operation[name] if name == "parts" else [operation[name]]
    return found


def halved(program: DecoderProgram) -> set[int]:
    """The numbers of the constants that may be float16."""
    return {part[HALVED] for operation in program.operations for part in weighted(operation)}


def packed(program: DecoderProgram, halves: Iterable[int] = ()) -> bytes:
    """uint32 length, a JSON object of that length, then the constants, each aligned to 4 bytes behind the JSON.

    The constants of the numbers ``halves`` are float16, others float32 or int32, all little-endian.
    """
    halves, places, blobs, offset = set(halves), [], [], 0
    for number, constant in enumerate(program.constants):
        kind = "f4" if constant.dtype == np.float32 else "i4"
        kind = "f2" if number in halves else kind
        blob = constant.astype(f"<{kind}").tobytes()
        blob += bytes(-len(blob) % ALIGNMENT)
        places.append([offset, constant.size, kind])
        blobs.append(blob)
        offset += len(blob)
    header = {"format": FORMAT, "code": program.code, "shape": program.shape, "operations": program.operations,
              "sizes": program.sizes, "constants": places, "multiplications": program.multiplications}  # fmt: skip
    text = json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return struct.pack("<I", len(text)) + text + b"".join(blobs)
