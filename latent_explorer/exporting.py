"""Modules and functions of this process as ONNX files, which are what the app can take of them.

The work is that of ``explorer.exporting.functions``, loaded from its files under a name of ours: the app's packages are
not on the path.
"""

from __future__ import annotations

import importlib
import inspect
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from types import ModuleType
from typing import TYPE_CHECKING, Any

from latent_explorer import errors
from latent_explorer.errors import ExplorerError
from latent_explorer.pictures import Shape
from latent_explorer.places import project

if TYPE_CHECKING:
    from torch import Tensor, nn

    Function = Callable[[Tensor], Any]

PACKAGE = "latent_explorer._functions"
INSTEAD = "Or bring it as code that loads it: latent-explorer import FILE.py:LOAD (docs/import.md)."
EXPORT = "cannot be exported"
OUTPUTS = (
    "mu and logvar, [N, K] each, or what posterior= says of: mu; mu,logvar, mu,sigma, mu,log_sigma; with :joined or "
    ":interleaved in one tensor"
)


def functions() -> Any:
    """The module ``tried_networks``, which raises our own error."""
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(project() / "explorer" / "exporting" / "functions")]
        sys.modules |= {PACKAGE: package, f"{PACKAGE}.errors": errors}
    return importlib.import_module(f"{PACKAGE}.tried_networks")


def exported(
    encoder: Any, decoder: Any, shape: Shape, given: Sequence[int], posterior: str
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files by name, and what is known of the model, in the words of the import.

    Parameters
    ----------
    shape : of an image: channels, height, width.
    given : the shape of one image as the user holds it, in which the encoder is tried first.
    posterior : what the encoder returns.

    Raises
    ------
    ExplorerError
        Where one is no function, fails, returns what fits no convention, or cannot be exported.
    """
    for name, function in (("encoder", encoder), ("decoder", decoder)):
        if not callable(function):
            raise ExplorerError(f"The {name} is {type(function).__name__}.", "Give a torch module or a function.")
    parts = modules_of(encoder, decoder)
    device = device_of(parts)
    known = {"shape": list(shape), "posterior": posterior}
    with evaluating(parts), offering_code(), silenced():
        tried = functions()
        encode = arranged(encoder, shape, tuple(given), known, device)
        vae = tried.OwnVAE(encode, lambda z: channels_first(tried.picture(decoder(z)), shape), parts, {}, device=device)
        files, found = tried.networks(vae, known)
    return files, found


def arranged(encoder: Function, shape: Shape, given: Sequence[int], known: dict[str, Any], device: str) -> Function:
    """The encoder as a function of images [N, C, H, W], which are given to it as it takes them.

    Raises ExplorerError where it takes none of the usual layouts, with what is wrong in the first.
    """
    refused: dict[tuple[int, ...], ExplorerError] = {}
    for wanted, turned in sorted(layouts(shape).items(), key=lambda item: item[0] != given):

        def encode(x: Tensor, turned: Callable[[Tensor], Tensor] = turned) -> Any:
            return encoder(turned(x))

        try:
            functions().tried_encode(encode, {**known, "layout": "NCHW"}, device)
        except ExplorerError as error:
            refused[wanted] = error
        else:
            return encode
    first = next(iter(refused.values()))
    raise ExplorerError(
        first.message, f"{first.hint} Expected: {OUTPUTS}. Images were tried as {' and '.join(map(written, refused))}."
    )


def layouts(shape: Shape) -> dict[tuple[int, ...], Callable[[Tensor], Tensor]]:
    """From the shape of one image in each usual layout to what brings [N, C, H, W] into it."""
    c, h, w = shape
    found: dict[tuple[int, ...], Callable[[Tensor], Tensor]] = {
        shape: lambda x: x,
        (c * h * w,): lambda x: x.flatten(1),
        (h, w, c): lambda x: x.permute(0, 2, 3, 1),
    }
    return {**found, (h, w): lambda x: x.flatten(1, 2)} if c == 1 else found


def written(shape: Sequence[int]) -> str:
    """The shape of a batch of images, as people write it."""
    return f"[N, {', '.join(map(str, shape))}]"


def channels_first(images: Tensor, shape: Shape) -> Tensor:
    """Images of any usual layout as [N, C, H, W]; of others, as they are."""
    c, h, w = shape
    found = tuple(images.shape[1:])
    if found == (h, w, c) and found != shape:
        return images.permute(0, 3, 1, 2)
    return images.reshape(-1, *shape) if found in ((c * h * w,), *[(h, w)] * (c == 1)) else images


def modules_of(*given: Any) -> tuple[nn.Module, ...]:
    """The torch modules that functions are, belong to, or take from around them."""
    from torch import nn

    around: list[Any] = [*given]
    for function in given:
        owner = getattr(function, "__self__", None)
        around += [owner, *vars(owner).values()] if hasattr(owner, "__dict__") else []
        if inspect.isfunction(function):
            names = inspect.getclosurevars(function)
            around += [*names.nonlocals.values(), *names.globals.values()]
    return tuple({id(each): each for each in around if isinstance(each, nn.Module)}.values())


def device_of(parts: Sequence[nn.Module]) -> str:
    """The device of the modules' weights. Raises ExplorerError for other weights than float32, and for two devices."""
    tensors = [
        tensor for part in parts for tensor in (*part.parameters(), *part.buffers()) if tensor.is_floating_point()
    ]
    types = {str(tensor.dtype).removeprefix("torch.") for tensor in tensors} - {"float32"}
    if types:
        raise ExplorerError(f"There are weights in {types.pop()}.", "Give a copy in float32: copy.deepcopy(m).float().")
    devices = {str(tensor.device) for tensor in tensors}
    if len(devices) > 1:
        raise ExplorerError(f"Weights lie on {' and '.join(sorted(devices))}.", "Bring them to one device first.")
    return devices.pop() if devices else "cpu"


@contextmanager
def evaluating(parts: Sequence[nn.Module]) -> Iterator[None]:
    """Have the modules in evaluation mode, and convolutions exact; afterwards all is as before."""
    import torch

    before = {module: module.training for part in parts for module in part.modules()}
    rounded = torch.backends.cudnn.allow_tf32
    try:
        torch.backends.cudnn.allow_tf32 = False
        for module in before:
            module.training = False
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = rounded
        for module, training in before.items():
            module.training = training


@contextmanager
def silenced() -> Iterator[None]:
    """Have nothing printed: torch prints the whole graph where it cannot export it, past ``sys.stdout``."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        with redirect_stdout(io.StringIO()):
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def offering_code() -> Iterator[None]:
    """Where an export fails, say how the model can be brought instead."""
    try:
        yield
    except ExplorerError as error:
        if EXPORT in error.message:
            raise ExplorerError(error.message, f"{error.hint} {INSTEAD}") from error
        raise
