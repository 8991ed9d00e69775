"""Training on several processes at once (``torchrun``): their ranks, and the data that they exchange.

Each process takes its share of every global batch; gradients are summed. Only bytes and tensors travel.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from explorer.base import ExplorerError, resolve_device

if TYPE_CHECKING:
    import torch

RENDEZVOUS = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")  # what torchrun tells each process
TIMEOUT_S = 300.0  # of one exchange; a worker that is silent for longer counts as lost


@dataclass(frozen=True)
class ProcessGroup:
    """The processes that train one model together. ``rank`` 0 leads, and it alone writes the run."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"  # of the integers and bytes that are broadcast

    @property
    def is_leader(self) -> bool:
        """Whether this process writes the run."""
        return self.rank == 0

    def share(self, n: int) -> slice:
        """This process's rows of a batch of ``n``, as even as can be, in rank order; may be empty."""
        return slice(n * self.rank // self.size, n * (self.rank + 1) // self.size)

    def sum_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Sum the gradients over all processes, in place and in one exchange; a missing gradient counts as zero."""
        import torch

        flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in parameters])
        self.sum(flat)
        for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = part.view_as(parameter)

    def mean(self, total: torch.Tensor, n: int) -> torch.Tensor:
        """The sum of ``total`` over all processes, divided by ``n``."""
        return (self.sum(total) if self.size > 1 else total) / n

    def sum(self, tensor: torch.Tensor) -> torch.Tensor:
        """Sum ``tensor`` over all processes, in place; bit for bit the same result on each."""
        import torch.distributed as dist

        if self.size > 1:
            with lost_worker_reported():
                dist.all_reduce(tensor)
        return tensor

    def broadcast_integers(self, numbers: Sequence[int]) -> list[int]:
        """The numbers of rank 0, on every process; those of the others only give the length."""
        import torch
        import torch.distributed as dist

        if self.size == 1:
            return list(numbers)
        tensor = torch.tensor(numbers, dtype=torch.int64, device=self.device)
        with lost_worker_reported():
            dist.broadcast(tensor, 0)
        return [int(number) for number in tensor.tolist()]

    def broadcast_bytes(self, content: bytes | None) -> bytes:
        """The bytes of rank 0, on every process; those of the others are ignored."""
        import torch
        import torch.distributed as dist

        if self.size == 1:
            return content or b""
        (length,) = self.broadcast_integers([len(content or b"")])
        buffer = torch.zeros(length, dtype=torch.uint8)
        if self.is_leader and content:
            buffer = torch.frombuffer(bytearray(content), dtype=torch.uint8)
        buffer = buffer.to(self.device)
        if length:
            with lost_worker_reported():
                dist.broadcast(buffer, 0)
        return bytes(buffer.cpu().numpy().tobytes())


SINGLE_PROCESS = ProcessGroup()


@contextlib.contextmanager
def lost_worker_reported() -> Iterator[None]:
    """Turn a failed exchange, which means that another process is gone, into an ExplorerError."""
    try:
        yield
    except RuntimeError as error:
        raise ExplorerError(
            "Another process of this training was lost, so it ended.",
            "Resume it with --resume, with as many processes as you like.",
        ) from error


@contextlib.contextmanager
def failed_rendezvous_reported() -> Iterator[None]:
    """Turn a failure of the processes to find one another at the start into an ExplorerError that says why."""
    try:
        yield
    except (RuntimeError, ValueError, KeyError) as error:
        rank, size, host, port = (os.environ.get(name, "?") for name in RENDEZVOUS)
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ExplorerError(
            f"The processes of this training did not find one another. Process {rank} of {size}, counted from 0, at "
            f"{host}:{port}: {reason}.",
            "Start all of them with torchrun, with one MASTER_ADDR and MASTER_PORT that is free and can be reached.",
        ) from error


def launched() -> bool:
    """Whether ``torchrun`` started this process as one of several."""
    size = os.environ.get("WORLD_SIZE", "1")
    if not size.isdecimal():
        raise ExplorerError(f"WORLD_SIZE is '{size}'.", "torchrun sets it to the number of processes.")
    return int(size) > 1


def choose_gpu() -> str:
    """Work on this process's GPU; the backend: gloo where processes share one, which NCCL refuses, else NCCL."""
    import torch

    gpus, processes = torch.cuda.device_count(), int(os.environ["LOCAL_WORLD_SIZE"])
    torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % gpus)
    return "gloo" if processes > gpus else "nccl"


@contextlib.contextmanager
def process_group(device: str = "auto", timeout_s: float = TIMEOUT_S) -> Iterator[ProcessGroup]:
    """The processes that ``torchrun`` started, once all have joined; one process where it started none.

    They communicate through NCCL where each has a GPU of its own, else through gloo.
    """
    if not launched():
        yield SINGLE_PROCESS
        return
    import torch.distributed as dist

    on_gpu = resolve_device(device).type == "cuda"
    with failed_rendezvous_reported():
        backend = choose_gpu() if on_gpu else "gloo"
        dist.init_process_group(backend, timeout=timedelta(seconds=timeout_s))
    try:
        yield ProcessGroup(dist.get_rank(), dist.get_world_size(), "cuda" if backend == "nccl" else "cpu")
    finally:
        dist.destroy_process_group()
