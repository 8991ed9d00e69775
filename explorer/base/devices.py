"""The device that the networks run on, and its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import settings

if TYPE_CHECKING:
    import torch


def resolve_device(name: str = "auto") -> torch.device:
    """The device ``name``: 'cpu', 'cuda' or 'mps'; 'auto' is what ``EXPLORER_DEVICE`` says.

    Where that says 'auto' too, it is CUDA, else Apple's MPS, else the CPU. Raises ExplorerError for another name and
    for a device that this computer lacks.
    """
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    wanted = settings().device if name == "auto" else name
    if wanted == "auto":
        wanted = next(device for device, there in present.items() if there)
    if wanted not in present:
        raise ExplorerError(f"There is no device '{wanted}'.", "Choose auto, cpu, cuda or mps.")
    if not present[wanted]:
        by = "" if wanted == name else " It is what EXPLORER_DEVICE says."
        raise ExplorerError(f"This machine has no usable '{wanted}' device.{by}", "Choose auto or cpu.")
    if wanted == "cuda":
        use_exact_convolutions()
    return torch.device(wanted)


def use_exact_convolutions() -> None:
    """Let cuDNN convolve in float32, summing in one order: the CPU's figures, and the same seed gives the same weights.

    By default it rounds products to TF32, which has 10 bits, and may choose sums whose order depends on timing.
    """
    from torch.backends import cudnn

    cudnn.allow_tf32, cudnn.deterministic = False, True


def device_title(device: torch.device) -> str:
    """The device's name on a page: that of the GPU, or 'CPU'."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    return "CPU"
