"""A graph is converted to torch, and compared with ONNX's own reference before anything is computed with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.onnx_files.operators import EXPORT_AGAIN
from explorer.importing.onnx_files.reading import Graph

if TYPE_CHECKING:
    from torch import Tensor

    from models import OnnxGraph

MOST_DIFFERENCE = 1e-4  # of float32 results in another order of summation; a wrong conversion differs by far more
LEAST = 1e-12  # in place of the largest value, where all are zero


@dataclass(frozen=True)
class Converted:
    """A graph as torch runs it.

    Attributes
    ----------
    taken : the shape of one input that it was tried on.
    outputs : what it returned, [3, ...] each.
    difference : how far that is from ONNX's reference, in units of the largest value.
    """

    graph: Graph
    network: OnnxGraph
    taken: tuple[int, ...]
    outputs: list[Tensor]
    difference: float


def converted(graph: Graph, x: Tensor, what: str) -> Converted:
    """The graph as a network, tried on x [3, ...]: in one batch where that equals one by one.

    Raises ExplorerError where it cannot be run, or differs from ONNX's reference evaluation.
    """
    import torch

    from models import OnnxGraph

    try:
        network = OnnxGraph(graph.content, batched=False)
        with torch.inference_mode():
            outputs = network(x)
    except Exception as error:  # of operators on shapes that do not fit them: torch's and the converter's own
        raise unusable(graph, what, error) from error
    rows = {len(output) for output in outputs}
    if rows != {len(x)}:
        raise ExplorerError(
            _("{file} does not return one result for each {what}.").format(file=graph.file, what=what), _(EXPORT_AGAIN)
        )
    if not all(bool(output.isfinite().all()) for output in outputs):
        raise ExplorerError(
            _("{file} returns NaN or infinite numbers for a random {what}.").format(file=graph.file, what=what),
            _("Train it again."),
        )
    difference = largest_difference([output[:1] for output in outputs], reference(graph, x[:1], what))
    if not difference <= MOST_DIFFERENCE:
        raise ExplorerError(
            _("{file} gives other results here than in ONNX's reference (by {difference:.1g} of the largest).").format(
                file=graph.file, difference=difference
            ),
            _("Export it with another opset, or bring your own code (docs/import.md)."),
        )
    network.batched = same_in_a_batch(network, x, outputs)
    return Converted(graph, network, tuple(x.shape[1:]), outputs, difference)


def reference(graph: Graph, x: Tensor, what: str) -> list[Tensor]:
    """The outputs for x as ``onnx.reference`` computes them."""
    import onnx
    import torch
    from onnx.reference import ReferenceEvaluator

    try:
        model = onnx.load_model_from_string(graph.content)
        found = ReferenceEvaluator(model).run(None, {model.graph.input[0].name: x.numpy()})
        return [torch.as_tensor(values) for values in found]
    except Exception as error:  # its operators raise what numpy raises, and errors of their own
        raise unusable(graph, what, error) from error


def unusable(graph: Graph, what: str, error: Exception) -> ExplorerError:
    """The sentence for a graph that fails on an input; a fixed batch is the usual reason."""
    if graph.batch and graph.batch > 1:
        return ExplorerError(
            _("{file} takes {batch} at a time.").format(file=graph.file, batch=graph.batch),
            _("Export it with a dynamic batch size, or one of 1."),
        )
    reason = " ".join(f"{type(error).__name__} {error}".split())[:160]
    return ExplorerError(
        _("{file} cannot be run on one {what}: {reason}").format(file=graph.file, what=what, reason=reason),
        _(EXPORT_AGAIN),
    )


def same_in_a_batch(network: OnnxGraph, x: Tensor, one_by_one: list[Tensor]) -> bool:
    """Whether the batch x gives what its rows give one by one."""
    import torch

    network.batched = True
    try:
        with torch.inference_mode():
            together = network(x)
    except Exception:  # what an operator raises when a size is fixed
        return False
    return largest_difference(together, one_by_one) <= MOST_DIFFERENCE


def largest_difference(found: list[Tensor], expected: list[Tensor]) -> float:
    """The largest difference in units of the largest value, over all outputs; infinite for other shapes or NaN."""
    if [values.shape for values in found] != [values.shape for values in expected]:
        return float("inf")
    shares = [
        float((ours.double() - theirs.double()).abs().max() / theirs.double().abs().max().clamp_min(LEAST))
        for ours, theirs in zip(found, expected, strict=True)
    ]
    return max(share if share == share else float("inf") for share in shares)
