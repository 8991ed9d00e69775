"""Messages between two processes over a pipe: a JSON object and arrays. No pickle.

Each message is one frame of JSON, which says how many arrays follow, and a frame of NumPy's own format for each. A
frame is its length in 8 bytes, the lowest first, and its content.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
LENGTH = struct.Struct("<Q")
ARRAYS = "arrays"


def send(stream: IO[bytes], facts: dict[str, Any], arrays: Sequence[Array] = ()) -> None:
    """Write one message."""
    write_frame(stream, json.dumps({**facts, ARRAYS: len(arrays)}).encode())
    for array in arrays:
        content = io.BytesIO()
        np.lib.format.write_array(content, np.ascontiguousarray(array), allow_pickle=False)
        write_frame(stream, content.getbuffer())
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], list[Array]]:
    """Read one message. Raises EOFError where the other side has gone."""
    facts = json.loads(read_frame(stream))
    found = [
        np.lib.format.read_array(io.BytesIO(read_frame(stream)), allow_pickle=False) for _ in range(facts.pop(ARRAYS))
    ]
    return facts, found


def write_frame(stream: IO[bytes], content: bytes | memoryview) -> None:
    """Write the length and the content."""
    stream.write(LENGTH.pack(len(content)))
    stream.write(content)


def read_frame(stream: IO[bytes]) -> bytes:
    """Read a content after its length."""
    (length,) = LENGTH.unpack(read_exactly(stream, LENGTH.size))
    return read_exactly(stream, length)


def read_exactly(stream: IO[bytes], n: int) -> bytes:
    """``n`` bytes; EOFError where there are fewer."""
    content = stream.read(n)
    if len(content) < n:
        raise EOFError("the other process has ended")
    return content
