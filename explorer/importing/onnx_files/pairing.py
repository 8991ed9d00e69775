"""Which file is the encoder and which the decoder."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing.onnx_files.reading import Dims, Graph, read_graph
from explorer.importing.source import SourceFiles

BRING_BOTH = N_("Bring one ONNX file of the encoder and one of the decoder, or the decoder alone.")


@dataclass(frozen=True)
class Pair:
    """The encoder's graph, where there is one, and the decoder's."""

    encoder: Graph | None
    decoder: Graph


def read_pair(source: SourceFiles) -> Pair:
    """The graphs of the ONNX files. Raises ExplorerError for more than two, and where none can be the decoder."""
    names = source.of_kind("onnx")
    if len(names) > 2:
        raise ExplorerError(
            _("There are {n} ONNX files: {names}.").format(n=len(names), names=", ".join(names[:4])), _(BRING_BOTH)
        )
    graphs = [read_graph(name, source.contents) for name in names]
    if len(graphs) == 1:
        if narrows(graphs[0]) > 0 or said_role(graphs[0].file) > 0:
            raise ExplorerError(_("{names} is an encoder; there is no decoder.").format(names=names[0]), _(BRING_BOTH))
        return Pair(None, graphs[0])
    decoder, encoder = sorted(graphs, key=lambda graph: (narrows(graph), said_role(graph.file)))
    if narrows(decoder) > 0 or narrows(encoder) < 0:
        both = "encoders" if narrows(decoder) > 0 else "decoders"
        raise ExplorerError(
            _("{names} and {names_2} look like two {both}.").format(names=names[0], names_2=names[1], both=both),
            _(BRING_BOTH),
        )
    return Pair(encoder, decoder)


def narrows(graph: Graph) -> int:
    """1 where the graph takes more numbers than it returns, as an encoder does; -1 where fewer; 0 if not known."""
    taken, returned = size(graph.taken), max((size(dims) or 0 for dims in graph.returned), default=0)
    if taken is None or not returned:
        return looks(graph)
    return (taken > returned) - (taken < returned)


def looks(graph: Graph) -> int:
    """As ``narrows``, from the channels alone: images are grey or have three colours."""
    pictures_in = len(graph.taken) == 3 and (graph.taken[0] in (1, 3) or graph.taken[2] in (1, 3))
    pictures_out = any(len(dims) == 3 and (dims[0] in (1, 3) or dims[2] in (1, 3)) for dims in graph.returned)
    return pictures_in - pictures_out


def said_role(file: str) -> int:
    """1 where the file's name says that it is an encoder, -1 a decoder, 0 neither or both."""
    return ("enc" in file.lower()) - ("dec" in file.lower())


def size(dims: Dims) -> int | None:
    """The number of values of dimensions that are all known."""
    return math.prod(known) if len(known := [n for n in dims if n is not None]) == len(dims) else None
