"""Which device the networks run on, and its name for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.errors import ExplorerError

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
    """What to call it on a page: the GPU's own name, or CPU with its threads."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {torch.get_num_threads()} threads"
