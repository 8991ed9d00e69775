"""Training on several processes at once (``torchrun``): who they are, and what they tell each other.

Each process takes its share of every global batch; gradients are summed. Only bytes and tensors travel.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from explorer.base import ExplorerError

if TYPE_CHECKING:
    import torch

TIMEOUT_S = 300.0  # of one exchange; a worker that is silent for longer counts as lost


@dataclass(frozen=True)
class Team:
    """The processes that train one model together; ``rank`` 0 leads and is the only one that writes."""

    rank: int = 0
    size: int = 1
    device: str = "cpu"  # where exchanged tensors live

    @property
    def leads(self) -> bool:
        """Whether this process writes the run."""
        return self.rank == 0

    def share(self, n: int) -> slice:
        """This process's rows of a batch of ``n``, as even as can be, in rank order; may be empty."""
        return slice(n * self.rank // self.size, n * (self.rank + 1) // self.size)

    def sum_gradients(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        """Add up everyone's gradients in place, in one exchange; a missing gradient counts as nought."""
        import torch

        flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in parameters])
        self.sum(flat)
        for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters]), strict=True):
            parameter.grad = part.view_as(parameter)

    def mean(self, total: torch.Tensor, n: int) -> torch.Tensor:
        """Everyone's ``total`` added up, over ``n``."""
        return (self.sum(total) if self.size > 1 else total) / n

    def sum(self, tensor: torch.Tensor) -> torch.Tensor:
        """Everyone's ``tensor`` added up, in place, the same bits everywhere."""
        import torch.distributed as dist

        if self.size > 1:
            with lost_worker_told():
                dist.all_reduce(tensor)
        return tensor

    def numbers_of_leader(self, numbers: Sequence[int]) -> list[int]:
        """The leader's whole numbers, everywhere."""
        import torch
        import torch.distributed as dist

        if self.size == 1:
            return list(numbers)
        tensor = torch.tensor(numbers, dtype=torch.int64, device=self.device)
        with lost_worker_told():
            dist.broadcast(tensor, 0)
        return [int(number) for number in tensor.tolist()]

    def bytes_of_leader(self, content: bytes | None) -> bytes:
        """The leader's bytes, everywhere; the others' are not looked at."""
        import torch
        import torch.distributed as dist

        if self.size == 1:
            return content or b""
        (length,) = self.numbers_of_leader([len(content or b"")])
        buffer = torch.zeros(length, dtype=torch.uint8)
        if self.leads and content:
            buffer = torch.frombuffer(bytearray(content), dtype=torch.uint8)
        buffer = buffer.to(self.device)
        if length:
            with lost_worker_told():
                dist.broadcast(buffer, 0)
        return bytes(buffer.cpu().numpy().tobytes())


ALONE = Team()


@contextlib.contextmanager
def lost_worker_told() -> Iterator[None]:
    """A failed exchange means that another process is gone: say so in a sentence."""
    try:
        yield
    except RuntimeError as error:
        raise ExplorerError(
            "Another process of this training was lost, so it ended.",
            "Resume it with --resume, with as many processes as you like.",
        ) from error


def launched() -> bool:
    """Whether ``torchrun`` started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


@contextlib.contextmanager
def joined(device: str = "auto", timeout_s: float = TIMEOUT_S) -> Iterator[Team]:
    """Meet the other processes that ``torchrun`` started; alone, without any fuss, where there are none.

    NCCL where this process's device is a GPU, else gloo.
    """
    if not launched():
        yield ALONE
        return
    import torch
    import torch.distributed as dist

    on_gpu = device in ("auto", "cuda") and torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    with lost_worker_told():
        dist.init_process_group("nccl" if on_gpu else "gloo", timeout=timedelta(seconds=timeout_s))
    try:
        yield Team(dist.get_rank(), dist.get_world_size(), "cuda" if on_gpu else "cpu")
    finally:
        dist.destroy_process_group()
