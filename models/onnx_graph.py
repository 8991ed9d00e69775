"""A network that came as an ONNX graph, converted to torch, so that it has gradients and runs where torch runs."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class OnnxGraph(nn.Module):
    """The graph in the bytes of an ONNX file without external data, with one input; it returns its outputs as a list.

    The conversion is onnx2pytorch's. A graph that is not ``batched`` is run image by image.
    Raises ValueError for a graph that cannot be converted.
    """

    def __init__(self, content: bytes, batched: bool = True) -> None:
        super().__init__()
        import onnx
        from onnx2pytorch import ConvertModel

        self.batched = batched
        try:
            self.network = ConvertModel(onnx.load_model_from_string(content)).eval()
        except Exception as error:  # the converter states no errors of its own
            raise ValueError(f"the graph cannot be converted: {type(error).__name__} {error}".strip()) from error

    def forward(self, x: Tensor) -> list[Tensor]:
        """The outputs for a batch x [N, ...]."""
        if self.batched:
            return outputs_of(self.network(x))
        rows = [outputs_of(self.network(row)) for row in x.split(1)]
        return [torch.cat(parts) for parts in zip(*rows, strict=True)]


def outputs_of(result: Tensor | list[Tensor] | tuple[Tensor, ...]) -> list[Tensor]:
    """A converted graph returns one tensor, or several."""
    return [result] if isinstance(result, Tensor) else list(result)
