"""The tensors in an ONNX file: as large as they say, finite, and without paths to other files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

if TYPE_CHECKING:
    from onnx import GraphProto, TensorProto

MOST_BYTES = 2 * 10**9
ONE_FILE = N_("Export it again in one file (external_data=False).")
COPY_AGAIN = N_("Export it or copy it again.")


def tensors_of(graph: GraphProto) -> Iterator[TensorProto]:
    """The initialisers and the tensors in the nodes' attributes."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


def check_tensors(graph: GraphProto, name: str, files: Mapping[str, bytes]) -> None:
    """Embed external data that is in ``files``; raise ExplorerError for a tensor that is not as it declares."""
    if graph.sparse_initializer or any(a.HasField("sparse_tensor") for node in graph.node for a in node.attribute):
        raise ExplorerError(_("{name} holds sparse tensors.").format(name=name), _("Export its weights as dense ones."))
    total = 0
    for tensor in tensors_of(graph):
        total += declared_bytes(tensor, name)
        if total > MOST_BYTES:
            raise ExplorerError(
                _("{name} declares more than {most_bytes} GB of tensors.").format(
                    name=name, most_bytes=MOST_BYTES // 10**9
                ),
                _("Bring the VAE alone."),
            )
        embed(tensor, name, files)
        check_values(tensor, name)


def declared_bytes(tensor: TensorProto, name: str) -> int:
    """The size that type and dimensions declare. Raises ExplorerError for strings and negative dimensions."""
    from onnx import TensorProto, helper

    if min(tensor.dims, default=0) < 0:
        raise ExplorerError(
            _("The tensor {shown} of {name} has a negative dimension.").format(shown=shown(tensor), name=name),
            _(COPY_AGAIN),
        )
    if tensor.data_type == TensorProto.STRING:
        raise ExplorerError(
            _("The tensor {shown} of {name} holds text.").format(shown=shown(tensor), name=name),
            _("Export the network alone."),
        )
    try:
        width = helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    except KeyError as error:
        raise ExplorerError(
            _("The tensor {shown} of {name} is of no known type.").format(shown=shown(tensor), name=name), _(COPY_AGAIN)
        ) from error
    return math.prod(tensor.dims) * width


def embed(tensor: TensorProto, name: str, files: Mapping[str, bytes]) -> None:
    """Put external data into the tensor, if it has any: from one of ``files``, by its plain name."""
    from onnx import TensorProto

    if tensor.data_location != TensorProto.EXTERNAL:
        return
    entries = {entry.key: entry.value for entry in tensor.external_data}
    place = entries.get("location", "")
    if not place or PurePath(place).name != place or "\\" in place or ":" in place:
        raise ExplorerError(
            _("{name} takes weights from the path '{place}', outside its folder.").format(name=name, place=place[:80]),
            _(ONE_FILE),
        )
    if place not in files:
        raise ExplorerError(
            _("{name} takes weights from {place}, which is not beside it.").format(name=name, place=place[:80]),
            _("Add it. {one_file}").format(one_file=ONE_FILE),
        )
    try:
        offset = int(entries.get("offset", 0))
        length = int(entries.get("length", len(files[place]) - offset))
    except ValueError as error:
        raise ExplorerError(
            _("{name} states no number as a place in {place}.").format(name=name, place=place), _(ONE_FILE)
        ) from error
    if offset < 0 or length != declared_bytes(tensor, name) or offset + length > len(files[place]):
        raise ExplorerError(
            _("{place} does not hold the tensor {shown} of {name}: wrong size.").format(
                place=place, shown=shown(tensor), name=name
            ),
            _(COPY_AGAIN),
        )
    tensor.raw_data = files[place][offset : offset + length]
    tensor.ClearField("external_data")
    tensor.data_location = TensorProto.DEFAULT


def check_values(tensor: TensorProto, name: str) -> None:
    """Raise ExplorerError unless the tensor has as many values as it declares, and finite ones."""
    from onnx import numpy_helper

    try:
        values = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        raise ExplorerError(
            _("The tensor {shown} of {name} does not hold the {prod:,} numbers it declares.").format(
                shown=shown(tensor), name=name, prod=math.prod(tensor.dims)
            ),
            _(COPY_AGAIN),
        ) from error
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        raise ExplorerError(
            _("The tensor {shown} of {name} holds NaN or infinite numbers.").format(shown=shown(tensor), name=name),
            _("Train it again."),
        )


def shown(tensor: TensorProto) -> str:
    """The tensor's name, not too long."""
    return repr(tensor.name[:60])
