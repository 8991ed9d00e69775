"""The functions of a VAE in Python, tried once, exported as ONNX files and compared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from .errors import ExplorerError
from .onnx_file import captured, traced
from .owner_errors import in_owners_code, last_line
from .vae import OwnVAE, picture, statistics

EXAMPLES = 2  # inputs; a batch of one would not show what depends on its size
MOST_DIFFERENCE = 1e-4  # of the exported from the original, relative to the largest value
NO_SHAPE = "Add --shape C,H,W, or let your code say it: shape = (1, 28, 28)."
NO_LATENT = "Add --latent K, or let your code say it: latent = 16."
SEED = 0


class Network(nn.Module):
    """A function of a tensor as a module, which holds the modules that the function belongs to."""

    def __init__(
        self, function: Callable[[Tensor], Any], take: Callable[[Any], Any], parts: Sequence[nn.Module]
    ) -> None:
        super().__init__()
        self.function, self.take = function, take
        self.parts = nn.ModuleList(parts)

    def forward(self, x: Tensor) -> Any:
        """What ``take`` finds in what the function returns."""
        return self.take(self.function(x))


def networks(vae: OwnVAE, said: dict[str, Any]) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The ONNX files by name, and what is known of the model after a trial: ``said``, completed.

    Raises ExplorerError where the shapes are not known or do not fit, or a function fails or cannot be exported.
    """
    known = {"layout": "NCHW", **said}
    files = {}
    if vae.encode is not None:
        known |= tried_encode(vae.encode, known, vae.device)
        names = outputs_of(known["posterior"])
        encoder = Network(vae.encode, lambda found: statistics(found)[: len(names)], vae.parts).eval()
        files["encoder.onnx"] = exported("encode", encoder, seen_shape(known), "x", names, vae.device)
    known |= tried_decode(vae.decode, known, vae.device)
    decoder = Network(vae.decode, picture, vae.parts).eval()
    files["decoder.onnx"] = exported("decode", decoder, known["latent"], "z", ["x"], vae.device)
    return files, known


def outputs_of(posterior: str) -> list[str]:
    """The names of what the encoder returns."""
    return ["statistics"] if ":" in posterior else posterior.split(",")


def tried_encode(encode: Callable[[Tensor], Any], known: dict[str, Any], device: str = "cpu") -> dict[str, Any]:
    """The shape of a code and the kind of posterior, from images of zeros; ExplorerError for what does not fit."""
    if "shape" not in known:
        raise ExplorerError("Your code does not say the shape of its images.", NO_SHAPE)
    found = called("encode", encode, torch.zeros(EXAMPLES, *seen_shape(known), device=device), statistics)
    posterior = known.get("posterior", "mu,logvar" if len(found) == 2 else "mu")
    if len(found) < len(outputs_of(posterior)):
        raise ExplorerError(
            f"encode returns one tensor, {list(found[0].shape)} for {EXAMPLES} images, not {posterior}.",
            'Say "mu", or "mu,logvar:joined" where it holds both, or return both.',
        )
    code = list(found[0].shape[1:])
    if ":" in posterior and code:  # both statistics in one tensor
        code[-1 if known["layout"] == "NHWC" else 0] //= 2
    expected = known.get("latent", code)
    if not code or expected != code or len({part.shape for part in found}) > 1 or len(found[0]) != EXAMPLES:
        shapes = " and ".join(str(list(part.shape)) for part in found)
        raise ExplorerError(
            f"encode returns {shapes} for {EXAMPLES} images.", f"Expected are codes of the shape {expected} for each."
        )
    return {"latent": code, "posterior": posterior}


def tried_decode(decode: Callable[[Tensor], Any], known: dict[str, Any], device: str = "cpu") -> dict[str, Any]:
    """The shape of the images, from codes of zeros; ExplorerError where it is not the one that is known."""
    if "latent" not in known:
        raise ExplorerError("Your code does not say the length of its codes.", NO_LATENT)
    found = called("decode", decode, torch.zeros(EXAMPLES, *known["latent"], device=device), picture)
    n, *returned = found.shape
    if "shape" not in known:
        if len(returned) != 3 or n != EXAMPLES:
            raise ExplorerError("Your code does not say the shape of its images.", NO_SHAPE)
        return {"shape": [returned[2], *returned[:2]] if known["layout"] == "NHWC" else returned}
    if n != EXAMPLES or returned not in (seen_shape(known), known["shape"]):
        raise ExplorerError(
            f"decode returns {list(found.shape)} for {EXAMPLES} codes.", f"Expected are images of {seen_shape(known)}."
        )
    return {}


def seen_shape(known: dict[str, Any]) -> list[int]:
    """One image as the networks take and return it."""
    channels, height, width = known["shape"]
    layouts = {"NHWC": [height, width, channels], "flat": [channels * height * width]}
    return layouts.get(known["layout"], [channels, height, width])


def called(name: str, function: Callable[[Tensor], Any], x: Tensor, take: Callable[[Any], Any]) -> Any:
    """What ``take`` finds in the function's value at ``x``; ExplorerError where it fails."""
    with torch.no_grad(), in_owners_code(name):
        found = function(x)
    return take(found)


def exported(
    name: str, network: Network, shape: Sequence[int], given: str, returned: Sequence[str], device: str = "cpu"
) -> bytes:
    """The ONNX file of one function, equal to it on random input of another batch size.

    The quick exporter comes first; the comparison tells where it has fixed what should vary.
    Raises ExplorerError, with both reasons, where neither exporter gives such a file.
    """
    example = torch.randn(EXAMPLES, *shape, generator=torch.Generator().manual_seed(SEED)).to(device)
    reasons: list[str] = []
    for export in (traced, captured):
        with failures(reasons):
            content = export(network, example, given, returned)
            compare(network, content, example[:1] / 2)
            return content
    raise ExplorerError(
        f"{name} cannot be exported to ONNX: {reasons[0]} (traced); {reasons[1]} (torch.export).",
        "Use plain torch operations that treat each image alike, without random numbers.",
    )


@contextmanager
def failures(reasons: list[str]) -> Iterator[None]:
    """Add the reason to the list where the block fails: exporters raise errors of every kind."""
    try:
        yield
    except Exception as error:
        reasons.append(last_line(error))


def compare(network: Network, content: bytes, x: Tensor) -> None:
    """Raise ValueError where the ONNX file gives other values than the network at ``x``."""
    import onnx
    from onnx.reference import ReferenceEvaluator

    graph = onnx.load_model_from_string(content)
    with torch.no_grad():
        wanted = network(x)
    found = ReferenceEvaluator(graph).run(None, {graph.graph.input[0].name: x.cpu().numpy()})
    for ours, theirs in zip(found, wanted if isinstance(wanted, tuple) else (wanted,), strict=True):
        difference = (torch.as_tensor(ours) - theirs.cpu()).abs().max() / theirs.abs().max().clamp(min=1)
        if not difference <= MOST_DIFFERENCE:
            raise ValueError(f"it gives other values, by {float(difference):.1g}")
