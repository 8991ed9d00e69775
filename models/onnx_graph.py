"""A network that came as an ONNX graph, converted to torch, so that it has gradients and runs where torch runs."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class OnnxGraph(nn.Module):
    """The graph in the bytes of an ONNX file without external data, with one input; it returns its outputs as a list.

    The conversion is onnx2pytorch's. A graph whose batch size is fixed at 1 is run image by image.
    Raises ValueError for a graph that cannot be converted.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__()
        import onnx
        from onnx2pytorch import ConvertModel

        graph = onnx.load_model_from_string(content)
        first = graph.graph.input[0].type.tensor_type.shape.dim
        self.single = len(first) > 0 and first[0].dim_value == 1
        try:
            self.network = ConvertModel(graph)
        except (NotImplementedError, KeyError, TypeError, RuntimeError, AttributeError, IndexError) as error:
            raise ValueError(f"the graph cannot be converted: {error}") from error

    def forward(self, x: Tensor) -> list[Tensor]:
        """The outputs for a batch x [N, ...]."""
        if not self.single:
            return outputs_of(self.network(x))
        rows = [outputs_of(self.network(row)) for row in x.split(1)]
        return [torch.cat(parts) for parts in zip(*rows, strict=True)]


def outputs_of(result: Tensor | list[Tensor] | tuple[Tensor, ...]) -> list[Tensor]:
    """A converted graph returns one tensor, or several."""
    return [result] if isinstance(result, Tensor) else list(result)
