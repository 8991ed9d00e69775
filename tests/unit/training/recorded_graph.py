"""A stand-in for CUDA graphs on the CPU: it records the operations of a capture, refuses what CUDA would, and replays.

As a CUDA graph it knows addresses, not values: a replay computes anew from what lies in the captured inputs, into the
captured outputs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten
HOST_WAITS = {  # for a value or a size, or copies from memory of the host
    aten._local_scalar_dense, aten.nonzero, aten.masked_select, aten._unique2, aten.bincount, aten.lift_fresh,
    aten.repeat_interleave,
}  # fmt: skip
REFUSAL = "operation not permitted when stream is capturing"


class RecordedGraph:
    """In place of ``torch.cuda.CUDAGraph``."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, Any, Any, Any]] = []

    def replay(self) -> None:
        """Compute the captured operations again, each into the memory that it wrote before."""
        with torch.no_grad():
            for operation, args, kwargs, outputs in self.calls:
                fresh = tree_leaves(operation(*args, **kwargs))
                for old, new in zip(tree_leaves(outputs), fresh, strict=True):
                    if isinstance(old, torch.Tensor) and old.data_ptr() != new.data_ptr():
                        old.copy_(new)


class Stream:
    """In place of ``torch.cuda.Stream``."""

    current: Stream

    def wait_stream(self, other: Stream) -> None:
        """Nothing to wait for: the CPU has one."""


Stream.current = Stream()


@contextlib.contextmanager
def on_stream(stream: Stream) -> Iterator[None]:
    """In place of ``torch.cuda.stream``."""
    before, Stream.current = Stream.current, stream
    try:
        yield
    finally:
        Stream.current = before


class Recording(TorchDispatchMode):
    """Appends each operation to the calls of a graph; RuntimeError for one for which the host would have to wait.

    It works on a stream of its own and, as torch before 2.15, stays there after an error.
    """

    def __init__(self, graph: RecordedGraph) -> None:
        super().__init__()
        self.graph, self.before = graph, Stream.current

    def __enter__(self) -> Recording:
        Stream.current = Stream()
        super().__enter__()
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        super().__exit__(kind, error, trace)
        if error is None:
            Stream.current = self.before

    def __torch_dispatch__(self, operation: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if operation.overloadpacket in HOST_WAITS:
            raise RuntimeError(f"{REFUSAL}: {operation}")
        outputs = operation(*args, **(kwargs or {}))
        self.graph.calls.append((operation, args, kwargs or {}, outputs))
        return outputs


def record_graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ``torch.cuda`` capture graphs on the CPU, as above."""
    monkeypatch.setattr(torch.cuda, "Stream", Stream)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda: Stream.current)
    monkeypatch.setattr(torch.cuda, "stream", on_stream)
    monkeypatch.setattr(torch.cuda, "CUDAGraph", RecordedGraph)
    monkeypatch.setattr(torch.cuda, "graph", Recording)
