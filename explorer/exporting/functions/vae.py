"""A VAE as Python functions, and what they return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from .errors import ExplorerError


@dataclass(frozen=True)
class OwnVAE:
    """A stranger's functions, the torch modules that they belong to, and what was said of the model.

    Attributes
    ----------
    encode : images -> mu and logvar, or mu alone, or an object with ``latent_dist`` or ``latents``; None for a decoder.
    decode : codes -> images, or an object with ``sample``.
    parts : in evaluation mode, on the device, in float32.
    said : what the code states of the model, in the words of the import.
    notes : sentences on what else it states.
    device : on which the functions work.
    """

    encode: Callable[[Tensor], Any] | None
    decode: Callable[[Tensor], Any]
    parts: tuple[nn.Module, ...]
    said: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    device: str = "cpu"


def statistics(found: Any) -> tuple[Tensor, ...]:
    """(mu, logvar), or (mu,), of what ``encode`` returned; ExplorerError where there are none."""
    if (distribution := getattr(found, "latent_dist", None)) is not None:
        return distribution.mean, distribution.logvar
    if (latents := getattr(found, "latents", None)) is not None:
        return (latents,)
    tensors = found[:2] if isinstance(found, (tuple, list)) else [found]
    if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
        raise ExplorerError(f"encode returned {type(found).__name__}.", "Return mu and logvar, or mu: tensors.")
    return tuple(tensors)


def picture(found: Any) -> Tensor:
    """The images of what ``decode`` returned; ExplorerError where there are none."""
    sample = getattr(found, "sample", found)
    first = sample[0] if isinstance(sample, (tuple, list)) and sample else sample
    if not isinstance(first, Tensor):
        raise ExplorerError(f"decode returned {type(found).__name__}.", "Return the images: one tensor.")
    return first
