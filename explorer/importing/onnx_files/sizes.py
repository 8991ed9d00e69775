"""The shapes of images and codes that a pair of graphs agrees on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.conventions import Conventions, check_shape
from explorer.importing.layouts import Weights, image_shape
from explorer.importing.onnx_files.comparing import Converted, converted
from explorer.importing.onnx_files.pairing import Pair
from explorer.importing.onnx_files.reading import Dims, Graph
from explorer.importing.source import SourceFiles

if TYPE_CHECKING:
    from torch import Tensor

TRIED = 3  # images or codes on which a graph is compared
Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Measured:
    """The pair as networks, the shape of an image and how each holds it, the shape of a code, and what was assumed."""

    encoder: Converted | None
    decoder: Converted
    shape: Shape
    layout: str
    input_shape: tuple[int, ...]
    output_layout: str
    code_shape: tuple[int, ...]
    assumed: tuple[str, ...] = ()


def measured(pair: Pair, source: SourceFiles, said: Conventions) -> Measured:
    """The pair with its shapes. Raises ExplorerError where they are not stated or do not fit each other."""
    weights = Weights({}, source.notes, said)
    if pair.encoder is None:
        decoder = decoder_of(pair.decoder, [])
        shape, assumed = shape_of([returned(decoder)], weights)
        layout = layout_of(returned(decoder), shape, pair.decoder, said)
        return Measured(None, decoder, shape, layout, (), layout, decoder.taken, assumed)
    shape, assumed = shape_of([pair.encoder.taken, pair.decoder.returned[0]], weights)
    layout = layout_of(pair.encoder.taken, shape, pair.encoder, said)
    input_shape = arranged(shape, layout, len(pair.encoder.taken))
    encoder = converted(pair.encoder, random_images(input_shape), "image")
    decoder = decoder_of(pair.decoder, [tuple(output.shape[1:]) for output in encoder.outputs])
    output_layout = layout_of(returned(decoder), shape, pair.decoder, said)
    return Measured(encoder, decoder, shape, layout, input_shape, output_layout, decoder.taken, assumed)


def shape_of(places: Sequence[Dims], weights: Weights) -> tuple[Shape, tuple[str, ...]]:
    """The shape of an image: as said, as an encoder or decoder states it, or square; and what was assumed."""
    shape = weights.said.shape
    assumed: tuple[str, ...] = ()
    for dims in places:
        shape = shape or stated(dims, weights.said.layout)
    if shape is None:
        if not all(len(dims) == 1 and dims[0] for dims in places[:1]):
            raise ExplorerError(_("The files do not fix the size of an image."), _("Give it with --shape C,H,W."))
        shape, assumed = image_shape(weights, places[0][0] or 0)
    check_shape(shape)
    return shape, assumed


def stated(dims: Dims, layout: str | None) -> Shape | None:
    """Channels, height and width, where the dimensions state them: C H W, H W C or, of grey images, H W."""
    if None in dims or len(dims) == 1:
        return None
    known = [n or 0 for n in dims]
    if len(known) == 2:
        return 1, known[0], known[1]
    first, last = known[0] in (1, 3), known[2] in (1, 3)
    if last and (layout == "NHWC" or not first):
        return known[2], known[0], known[1]
    return known[0], known[1], known[2]


def layout_of(dims: Dims, shape: Shape, graph: Graph, said: Conventions) -> str:
    """How a graph holds an image of the shape. Raises ExplorerError where it does not."""
    if len(dims) == 1:
        candidates = ["NHWC" if said.layout == "NHWC" else "flat"]
    elif len(dims) == 2:
        candidates = ["NCHW"] * (shape[0] == 1)
    else:
        candidates = ["NHWC", "NCHW"] if said.layout == "NHWC" else ["NCHW", "NHWC"]
    for layout in candidates:
        if fits(arranged(shape, layout, len(dims)), dims):
            return layout
    size, wanted = (" x ".join(map(str, n)) for n in (["?" if d is None else d for d in dims], shape))
    raise ExplorerError(
        _("{file} is for images of {size}; that is not {wanted}.").format(file=graph.file, size=size, wanted=wanted),
        _("Encoder and decoder must be of one size of images; --shape C,H,W names it, --layout the order."),
    )


def arranged(shape: Shape, layout: str, axes: int) -> tuple[int, ...]:
    """The dimensions of an image in the layout, on so many axes."""
    channels, height, width = shape
    by_axes: dict[int, tuple[int, ...]] = {1: (math.prod(shape),), 2: (height, width)}
    return by_axes.get(axes, (height, width, channels) if layout == "NHWC" else shape)


def fits(shape: tuple[int, ...], dims: Dims) -> bool:
    """Whether the dimensions that are fixed are those of the shape."""
    return all(dim in (None, n) for n, dim in zip(shape, dims, strict=True))


def decoder_of(graph: Graph, outputs: Sequence[tuple[int, ...]]) -> Converted:
    """The decoder, tried on random codes of the shape that it states, else of one that the encoder's outputs leave."""
    failure = ExplorerError(
        _("{file} does not fix the size of a code.").format(file=graph.file), _("Export it with one.")
    )
    for shape in code_shapes(graph.taken, outputs):
        try:
            return converted(graph, random_codes(shape), "code")
        except ExplorerError as error:
            failure = error
    raise failure


def code_shapes(taken: Dims, outputs: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """What a code may be: as stated; or as one of the encoder's outputs, or the half of one that holds two."""
    if None not in taken:
        yield tuple(n or 0 for n in taken)
        return
    halves = [(shape[0] // 2, *shape[1:]) for shape in outputs] + [(*shape[:-1], shape[-1] // 2) for shape in outputs]
    for shape in dict.fromkeys([*outputs, *halves]):
        if len(shape) == len(taken) and min(shape) > 0 and fits(shape, taken):
            yield shape


def returned(decoder: Converted) -> tuple[int, ...]:
    """The dimensions of one decoded image."""
    return tuple(decoder.outputs[0].shape[1:])


def random_images(shape: tuple[int, ...]) -> Tensor:
    """Uniform pixels in [0, 1], [3, ...]."""
    import torch

    return torch.rand(TRIED, *shape, generator=torch.Generator().manual_seed(0))


def random_codes(shape: tuple[int, ...]) -> Tensor:
    """Draws from the prior, [3, ...]."""
    import torch

    return torch.randn(TRIED, *shape, generator=torch.Generator().manual_seed(1))
