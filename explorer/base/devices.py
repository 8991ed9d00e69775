"""The device that the networks run on, its name, and the number of threads."""

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
    """The device ``name``: 'cpu', 'cuda' or 'mps'; 'auto' is CUDA, else Apple's MPS, else the CPU.

    Raises ExplorerError for another name and for a device that this computer lacks.
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
    """The device's name on a page: that of the GPU, or 'CPU'."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return "CPU"


def use_sane_threads() -> None:
    """Limit torch's threads to the cores that this process may use, unless OMP_NUM_THREADS sets their number."""
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(min(torch.get_num_threads(), usable_cores()))


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """The number of cores that this process may use: its affinity and, in a container, its CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cgroup.read_text().split()
        share = int(quota) // int(period)
    except (OSError, ValueError):  # no container, or one without a limit ('max')
        return cores
    return max(1, min(cores, share))


@contextmanager
def a_core_left() -> Iterator[None]:
    """Torch uses one thread less until the block ends, so that another thread of Python has a core to itself.

    Torch's threads wait for one another at each step: one of them without a core of its own delays all.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
