"""A state dict or safetensors file of a known layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.conventions import Conventions
from explorer.importing.forms.form import Form, Imported
from explorer.importing.layouts import LAYOUTS, Native, Weights
from explorer.importing.source import SourceFiles
from explorer.importing.state_dict import safetensors_tensors, torch_tensors
from explorer.runs import weights_content

if TYPE_CHECKING:
    from torch import Tensor

    from models import VAE

NAMES_SHOWN = 3


def accepts(source: SourceFiles) -> bool:
    """Whether there is a file of tensors."""
    return bool(source.of_kind("torch", "safetensors"))


def read(source: SourceFiles, said: Conventions, layout: str | None) -> Imported:
    """The native model. Raises ExplorerError for several files, an unknown layout, and tensors that do not fit."""
    tensors = tensors_of(source)
    name = layout or recognised(tensors)
    weights = Weights(tensors, source.notes, said)
    try:
        native = LAYOUTS[name].convert(weights)
        model = built(native)
    except (KeyError, ValueError, RuntimeError, IndexError, TypeError) as error:
        reason = str(error).splitlines()[-1].strip()[:200]
        raise ExplorerError(
            _("The tensors do not fit {title}: {reason}").format(title=LAYOUTS[name].title, reason=reason),
            _("Bring the whole model's state dict, or ONNX."),
        ) from error
    return Imported(
        name, native.model, native.options, True, weights_content(model.state_dict()), native.assumed, checks(model)
    )


def tensors_of(source: SourceFiles) -> dict[str, Tensor]:
    """The tensors of the one file that holds some."""
    names = source.of_kind("torch", "safetensors")
    if len(names) > 1:
        raise ExplorerError(
            _("There are several files of weights: {names}.").format(names=", ".join(names[:4])), _("Give one of them.")
        )
    opened = torch_tensors if source.kinds[names[0]] == "torch" else safetensors_tensors
    return opened(source.contents[names[0]], names[0])


def recognised(tensors: dict[str, Tensor]) -> str:
    """The layout of the tensors; ExplorerError, which names some of them, where it is not known."""
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    for name, layout in LAYOUTS.items():
        if layout.matches(shapes):
            return name
    shown = ", ".join(f"{name[:60]} {list(shape)}" for name, shape in list(shapes.items())[:NAMES_SHOWN])
    raise ExplorerError(
        _("These weights are of no layout that is known here: {n} tensors, such as {shown}.").format(
            n=len(shapes), shown=shown
        ),
        _("Bring the model as ONNX or as your own code (docs/import.md); known are {names}.").format(
            names="; ".join(layout.title for layout in LAYOUTS.values())
        ),
    )


def built(native: Native) -> VAE:
    """The native model with its tensors, in evaluation mode."""
    from models import model_spec

    return model_spec(native.model).restore(native.options, native.tensors).eval()


def checks(model: VAE) -> dict[str, Any]:
    """That random images and codes give finite posteriors and pictures; ExplorerError where they do not."""
    import torch

    generator = torch.Generator().manual_seed(0)
    x = torch.rand(2, *model.config.shape, generator=generator)
    z = torch.randn(2, model.code, generator=generator)
    with torch.inference_mode():
        found = [*model.encode(x), model.decode(z)]
    if not all(bool(values.isfinite().all()) for values in found):
        raise ExplorerError(_("The model returns NaN or infinite numbers for random images."), _("Train it again."))
    return {"finite": True}


FORM = Form("weights of a known layout", accepts, read, ("shape", "likelihood", "sigma"))
