"""The device that the networks run on, and its name."""

from __future__ import annotations

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
