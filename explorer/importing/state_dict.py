"""The tensors of a weights file, read without running anything that it holds."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

if TYPE_CHECKING:
    from torch import Tensor

WRAPPERS = ("_orig_mod.", "module.", "model.", "vae.", "net.")  # of torch.compile, DataParallel, Lightning and others
MOST_TENSORS = 10_000
MOST_VALUES = 500_000_000  # 2 GB of float32
GLOBALS_SHOWN = 4
UNSUPPORTED = re.compile(r"GLOBAL ([\w.]+)")  # in the message of torch's restricted unpickler
TO_BRING = N_("Bring its state dict (torch.save(model.state_dict(), ...)), safetensors, or ONNX.")


def torch_tensors(content: bytes, name: str) -> dict[str, Tensor]:
    """The tensors of a ``torch.save`` file: a state dict, or a dictionary that holds one.

    Raises ExplorerError for a file that is damaged, holds other objects than tensors and plain values, or no tensors.
    """
    import torch

    try:
        loaded = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
    except Exception as error:
        raise refused(content, name, error) from error
    return checked(state_dict_in(loaded, name), name)


def refused(content: bytes, name: str, error: Exception) -> ExplorerError:
    """Why ``torch.load(weights_only=True)`` did not open a file: the objects in it, by name, or damage."""
    import torch

    try:
        unsafe = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(io.BytesIO(content)))
    except Exception:
        unsafe = UNSUPPORTED.findall(str(error))
    unsafe = [name for name in unsafe if not is_misspelt(name)]
    if unsafe:
        shown = ", ".join(unsafe[:GLOBALS_SHOWN]) + (", ..." if len(unsafe) > GLOBALS_SHOWN else "")
        return ExplorerError(
            _("{name} holds Python objects that could run code when they are opened: {shown}.").format(
                name=name, shown=shown
            ),
            _(TO_BRING),
        )
    return ExplorerError(
        _("{name} is no readable weights file: it is damaged or cut off.").format(name=name),
        _("Save or copy it again."),
    )


def is_misspelt(name: str) -> bool:
    """Whether it is the name of nothing in torch, as where a file was cut off in the middle of a name."""
    module, _sep, last = name.rpartition(".")
    return name.startswith("torch.") and module in sys.modules and not hasattr(sys.modules[module], last)


def safetensors_tensors(content: bytes, name: str) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises ExplorerError for a damaged one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        loaded = load(content)
    except (SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise ExplorerError(
            _("{name} is no readable safetensors file: it is damaged or cut off.").format(name=name),
            _("Save or copy it again."),
        ) from error
    return checked(loaded, name)


def state_dict_in(loaded: Any, name: str) -> dict[str, Tensor]:
    """The one mapping of names to tensors in what was loaded: itself, or one of its values."""
    if is_state_dict(loaded):
        return dict(loaded)
    inner = {key: value for key, value in loaded.items() if is_state_dict(value)} if isinstance(loaded, Mapping) else {}
    named = [key for key in ("state_dict", "model_state_dict", "model") if key in inner]
    if len(inner) == 1 or named:
        return dict(inner[named[0]] if named else next(iter(inner.values())))
    found = f"several: {', '.join(map(str, list(inner)[:GLOBALS_SHOWN]))}" if inner else "none"
    raise ExplorerError(
        _("{name} should hold one state dict (names of tensors); there is {found}.").format(name=name, found=found),
        _(TO_BRING),
    )


def is_state_dict(value: Any) -> bool:
    """Whether it maps names to tensors, and at least one."""
    import torch

    return (
        isinstance(value, Mapping)
        and len(value) > 0
        and all(isinstance(key, str) and isinstance(tensor, torch.Tensor) for key, tensor in value.items())
    )


def checked(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Dense, finite tensors on the CPU, floats as float32, without the wrappers' prefixes.

    Raises ExplorerError for too many or too large ones, sparse or quantised ones, and NaN or infinite weights.
    """
    import torch

    if len(tensors) > MOST_TENSORS or sum(tensor.numel() for tensor in tensors.values()) > MOST_VALUES:
        raise ExplorerError(
            _("{name} holds more than {most_values:,} numbers.").format(name=name, most_values=MOST_VALUES),
            _("Bring the VAE alone."),
        )
    plain: dict[str, Tensor] = {}
    for key, tensor in tensors.items():
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_complex() or tensor.device.type != "cpu":
            raise ExplorerError(
                _("The tensor {key} of {name} is sparse, quantised, complex or empty.").format(key=key[:80], name=name),
                _(TO_BRING),
            )
        value = tensor.detach()
        plain[key] = (value.float() if value.is_floating_point() else value).contiguous().clone()
        if not plain[key].isfinite().all():
            raise ExplorerError(
                _("The tensor {key} of {name} holds NaN or infinite numbers.").format(key=key[:80], name=name),
                _("Train it again."),
            )
    return without_wrappers(plain)


def without_wrappers(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors without a prefix that all names share because a module was wrapped in another."""
    while prefix := next((p for p in WRAPPERS if tensors and all(name.startswith(p) for name in tensors)), ""):
        tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors
