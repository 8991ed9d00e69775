"""A VAE as Python code: what a function of its owner may return, and what it says of the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.exporting.functions import OwnVAE
from explorer.importing.statements import READ, is_number, stated

RETURNS = N_(
    "Return an object with encode(x) and decode(z), a pair (encoder, decoder), or a dictionary with 'encode' and "
    "'decode'."
)
SCALES = ("scaling_factor", "shift_factor")  # of latents for diffusion, in diffusers' configurations


def own_vae(made: Any) -> OwnVAE:
    """The VAE that the owner's function returned; ExplorerError for anything else."""
    entries = dict(zip(("encode", "decode"), made, strict=True)) if is_pair(made) else made
    found = entries if isinstance(entries, Mapping) else attributes(made)
    encode, decode = found.get("encode"), found.get("decode")
    if not callable(decode) or not (encode is None or callable(encode)):
        raise ExplorerError(
            _("Your code returned {kind} without what decodes.").format(kind=type(made).__name__), _(RETURNS)
        )
    holders = (made, encode, decode, *owners(encode, decode))
    parts = tuple(part for part in holders if isinstance(part, nn.Module))
    for part in parts:
        part.to("cpu", torch.float32).eval().requires_grad_(False)
    return OwnVAE(encode, decode, parts, stated(found, "Your code", isinstance(entries, Mapping)), scale_notes(holders))


def is_pair(made: Any) -> bool:
    """Whether it is an encoder and a decoder."""
    return isinstance(made, (tuple, list)) and len(made) == 2


def attributes(made: Any) -> dict[str, Any]:
    """The attributes of an object that are looked at."""
    return {name: value for name in ("encode", "decode", *READ) if (value := getattr(made, name, None)) is not None}


def owners(*functions: Any) -> list[Any]:
    """The objects whose methods the functions are."""
    return [owner for function in functions if (owner := getattr(function, "__self__", None)) is not None]


def scale_notes(holders: Iterable[Any]) -> tuple[str, ...]:
    """A sentence on the scale that a diffusion model would give the latents; none where there is no such scale."""
    configs = [getattr(holder, "config", None) for holder in holders]
    entries = [config if isinstance(config, Mapping) else getattr(config, "__dict__", {}) for config in configs]
    scales = {f"{name} {entry[name]}": None for entry in entries for name in SCALES if is_number(entry.get(name))}
    return (f"Codes are those of encode, without {' and '.join(scales)} of a diffusion model.",) if scales else ()
