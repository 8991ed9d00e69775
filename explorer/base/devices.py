"""Which device the networks run on, and its name for people."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.base.errors import ExplorerError

if TYPE_CHECKING:
    import torch


def resolve_device(name: str = "auto") -> torch.device:
    """``auto`` takes CUDA, else Apple's MPS, else the CPU; a named device must be there.

    Raises ExplorerError when it is not.
    """
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if name == "auto":
        name = next(device for device, there in present.items() if there)
    if name not in present:
        raise ExplorerError(f"There is no device '{name}'.", "Choose auto, cpu, cuda or mps.")
    if not present[name]:
        raise ExplorerError(f"This machine has no usable '{name}' device.", "Choose auto or cpu.")
    return torch.device(name)


def device_title(device: torch.device) -> str:
    """What to call it on a page: the GPU's own name, or CPU."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return "CPU"


def use_sane_threads() -> None:
    """Let torch use no more threads than the system gives this process cores; OMP_NUM_THREADS goes first."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(torch.get_num_threads(), usable_cores()))


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Cores that this process may use: its affinity, and in a container the share that it was given."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cgroup.read_text().split()
        share = int(quota) // int(period)
    except (OSError, ValueError):  # no container, or one without a limit ('max')
        return cores
    return max(1, min(cores, share))


@contextmanager
def a_core_left() -> Iterator[None]:
    """Torch uses one thread less, so that whoever works beside it holds up no member of its team."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
