"""The memory that a training takes at least, known from the shapes of its networks before anything is allocated."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.base.text import size_text

if TYPE_CHECKING:
    import torch

    from models import VAE

COPIES = 4  # of each weight: itself, its gradient, and Adam's two moments
WITH_GRADIENT = 2  # of each decoded value
BYTES = 4  # of a float32


def check_memory(model: VAE, draws: int, device: torch.device) -> None:
    """Raise ExplorerError where a training needs more memory than there is.

    Parameters
    ----------
    model : on the device "meta", where it has shapes and no values.
    draws : of z that one process decodes in one step.
    """
    free, weights = free_bytes(device), sum(parameter.numel() for parameter in model.parameters())
    needed, decoded = COPIES * BYTES * weights, WITH_GRADIENT * BYTES * draws * values_per_draw(model)
    if needed > free:
        raise ExplorerError(
            f"To train these networks takes {size_text(needed)} of memory: {weights:,} weights, a gradient and two "
            f"moments of each. There are {size_text(free)}.",
            "Choose smaller hidden sizes, or a smaller width.",
        )
    if needed + decoded > free:
        raise ExplorerError(
            f"A step that decodes {draws:,} draws of z takes {size_text(needed + decoded)} of memory at least. "
            f"There are {size_text(free)}.",
            "Choose fewer samples, a smaller batch, or smaller networks.",
        )


def check_pixels(n: int, height: int, width: int) -> None:
    """Raise ExplorerError where ``n`` grey images of so many pixels need more memory than there is."""
    needed, free = n * height * width, free_bytes()
    if needed > free:
        raise ExplorerError(
            f"{n:,} images of {height} x {width} pixels take {size_text(needed)} of memory. "
            f"There are {size_text(free)}.",
            "Choose a smaller image size.",
        )


def values_per_draw(model: VAE) -> int:
    """How many values the layers of the decoder compute for one draw of z.

    From their sizes: to run them without values imports torch's compiler, which takes seconds.
    """
    from torch import nn

    values, area = 0, 1  # of a channel, pixels
    for layer in model.decoder.modules():
        if isinstance(layer, nn.Linear):
            values += layer.out_features
        elif isinstance(layer, nn.Unflatten):
            area = math.prod(layer.unflattened_size[1:])
        elif isinstance(layer, nn.ConvTranspose2d):
            area *= math.prod(layer.stride)
            values += layer.out_channels * area
    return values


def free_bytes(device: torch.device | None = None) -> int:
    """Memory of the device that is free, or can be freed; None: the machine's own."""
    import psutil
    import torch

    on_gpu = device is not None and device.type == "cuda"
    return torch.cuda.mem_get_info(device)[0] if on_gpu else int(psutil.virtual_memory().available)


@contextlib.contextmanager
def exhaustion_reported() -> Iterator[None]:
    """Turn an allocation that fails after all into an ExplorerError."""
    import torch

    try:
        yield
    except (MemoryError, torch.OutOfMemoryError) as error:
        raise exhausted() from error
    except RuntimeError as error:
        if "DefaultCPUAllocator" not in str(error):
            raise
        raise exhausted() from error


def exhausted() -> ExplorerError:
    """The sentence for a training that ran out of memory."""
    return ExplorerError("The memory did not suffice.", "Choose fewer samples, a smaller batch, or smaller networks.")
