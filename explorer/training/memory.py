"""The memory that a training takes, about, known from the shapes of its networks before anything is allocated."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.base.text import size_text

if TYPE_CHECKING:
    import torch
    from torch import nn

    from models import VAE

COPIES = 4  # of each weight: itself, its gradient, and Adam's two moments
WITH_GRADIENT = 2  # of each value of a layer
BYTES = 4  # of a float32


@dataclass(frozen=True)
class StepMemory:
    """What a step holds: ``n_weights`` numbers, and the bytes of them and their copies and of the layers' values."""

    n_weights: int
    weight_bytes: int
    value_bytes: int

    @property
    def total_bytes(self) -> int:
        """Weights and values."""
        return self.weight_bytes + self.value_bytes


def step_memory(model: VAE, images: int, samples: int = 1, averaged: bool = False) -> StepMemory:
    """The memory of a step on so many images with ``samples`` draws of z each; the model may be without values.

    ``averaged`` counts a moving average of the weights.
    """
    n_weights = sum(parameter.numel() for parameter in model.parameters())
    encoded, decoded = model.passes(images, samples)
    values = encoded * layer_values(model.encoder, model.config.shape[1:]) + decoded * layer_values(model.decoder)
    return StepMemory(n_weights, (COPIES + averaged) * BYTES * n_weights, WITH_GRADIENT * BYTES * values)


def check_memory(needed: StepMemory, draws: int, device: torch.device) -> None:
    """Raise ExplorerError where a training needs more memory than there is; ``draws`` of z are decoded in a step."""
    free = free_bytes(device)
    if needed.weight_bytes > free:
        raise ExplorerError(
            _(
                "To train these networks takes {size} of memory: {n_weights:,} weights, a gradient and two moments "
                "of each. There are {free}."
            ).format(size=size_text(needed.weight_bytes), n_weights=needed.n_weights, free=size_text(free)),
            _("Choose smaller hidden sizes, or a smaller width."),
        )
    if needed.total_bytes > free:
        raise ExplorerError(
            _("A step that decodes {draws:,} draws of z takes {size} of memory. There are {free}.").format(
                draws=draws, size=size_text(needed.total_bytes), free=size_text(free)
            ),
            _("Choose fewer samples, a smaller batch, smaller images, or smaller networks."),
        )


def check_pixels(n: int, height: int, width: int) -> None:
    """Raise ExplorerError where ``n`` grey images of so many pixels need more memory than there is."""
    needed, free = n * height * width, free_bytes()
    if needed > free:
        raise ExplorerError(
            _("{n:,} images of {height} x {width} pixels take {size} of memory. There are {free}.").format(
                n=n, height=height, width=width, size=size_text(needed), free=size_text(free)
            ),
            _("Choose a smaller image size."),
        )


def layer_values(network: nn.Module, size: tuple[int, ...] = (1, 1)) -> int:
    """How many values the weighted layers of a network compute for one input of ``size`` (height, width).

    From their sizes: to run them without values imports torch's compiler, which takes seconds.
    """
    from torch import nn

    values = 0
    for layer in network.modules():  # in the order of computation
        if isinstance(layer, nn.Linear):
            values += layer.out_features
        elif isinstance(layer, nn.Unflatten):
            size = tuple(layer.unflattened_size[1:])
        elif isinstance(layer, nn.Upsample):
            assert isinstance(layer.size, tuple)
            size = layer.size
        elif isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            size = size_behind(layer, size)
            values += layer.out_channels * math.prod(size)
        elif isinstance(layer, nn.GroupNorm):
            values += layer.num_channels * math.prod(size)
    return values


def size_behind(layer: nn.Conv2d | nn.ConvTranspose2d, size: tuple[int, ...]) -> tuple[int, ...]:
    """Height and width of a convolution's output, of an input of ``size``; dilations are none of ours."""
    from torch import nn

    found = []
    for i, length in enumerate(size):
        kernel, stride, padding = layer.kernel_size[i], layer.stride[i], int(layer.padding[i])
        if isinstance(layer, nn.ConvTranspose2d):
            found.append((length - 1) * stride - 2 * padding + kernel + layer.output_padding[i])
        else:
            found.append((length + 2 * padding - kernel) // stride + 1)
    return tuple(found)


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
    return ExplorerError(
        _("The memory did not suffice."), _("Choose fewer samples, a smaller batch, or smaller networks.")
    )
