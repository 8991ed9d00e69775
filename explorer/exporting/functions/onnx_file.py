"""A network with one input as the content of an ONNX file, its batch size free, its weights inside."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence

import torch
from torch import Tensor, nn

OPSET = 18


def traced(network: nn.Module, example: Tensor, given: str, returned: Sequence[str]) -> bytes:
    """The file, made by following one call of the network; what depends on the values of ``example`` becomes constant.

    In 0.1 s where ``captured`` takes some seconds.

    Parameters
    ----------
    network : in evaluation mode; it takes a tensor and returns one, or a tuple.
    example : an input [N, ...].
    given, returned : the names of the input and of the outputs.

    Raises
    ------
    Exception
        Of any kind that the exporter raises, for a network that it cannot follow.
    """
    file = io.BytesIO()
    free = {name: {0: "n"} for name in (given, *returned)}
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the exporter's own: it is not the newest; and each size that it fixes
        torch.onnx.export(
            network, (example,), file,  # type: ignore[arg-type]  # it writes to open files as well, which its types hide
            dynamo=False, opset_version=OPSET, dynamic_axes=free, input_names=[given], output_names=list(returned),
        )  # fmt: skip
    return file.getvalue()


def captured(network: nn.Module, example: Tensor, given: str, returned: Sequence[str]) -> bytes:
    """As ``traced``, made by torch.export, which refuses a network whose course depends on the values."""
    sizes = ({0: torch.export.Dim("n")},)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(network, (example,), dynamo=True, external_data=False, dynamic_shapes=sizes,
                                    verbose=False, input_names=[given], output_names=list(returned))  # fmt: skip
    assert program is not None
    return bytes(program.model_proto.SerializeToString())
