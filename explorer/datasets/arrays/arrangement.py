"""How the numbers of an array become images [C, H, W], by its shape; and what is stated instead."""

from __future__ import annotations

import math
from dataclasses import dataclass

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.stored import Array, Stored

CHANNELS = (1, 3, 4)  # grey, colour, colour with opacity
FLAT, GREY = 2, 3  # axes of arrays of flat and of grey images
HINT = "State it: --array-layout NHWC, NCHW, NHW or flat; of flat images --array-shape 28x28, too."


@dataclass(frozen=True)
class Arrangement:
    """The layout that was recognised or stated, and the images' channels, height and width as stored."""

    layout: str
    channels: int
    height: int
    width: int
    transposed: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of an image, pixels."""
        return (self.height, self.width) if self.transposed else (self.width, self.height)

    def images(self, rows: Array) -> Array:
        """Rows as images [n, C, H, W]; a view."""
        own = (self.height, self.width)
        if self.layout in ("NHWC", "flat NHWC"):
            found = rows.reshape(len(rows), *own, self.channels).transpose(0, 3, 1, 2)
        else:
            found = rows.reshape(len(rows), self.channels, *own)
        return found.transpose(0, 1, 3, 2) if self.transposed else found

    def sentence(self, array: Stored) -> str:
        """What the array was taken for."""
        turned = ", with rows and columns exchanged" if self.transposed else ""
        wide = f" of {self.channels} channels" if self.channels > 1 else ""
        return (
            f"{array.title}: {array.described}, taken as {self.layout}, {self.size[0]} x {self.size[1]}{wide}{turned}."
        )


def arrangement_of(array: Stored, options: ArrayOptions) -> Arrangement:
    """The arrangement of an array's images. Raises ExplorerError where it can be none.

    [N, H, W] is grey. Of [N, a, b, c] the last axis is the channels if it has 1, 3 or 4 places, else the first.
    [N, D] is flat: a square, or three planes of squares.
    """
    check_type(array)
    shape = array.shape
    layout = options.layout or recognised(shape)
    if layout == "flat" and len(shape) >= FLAT:
        found = flat(math.prod(shape[1:]), options, array)
    elif layout == "NHW" and len(shape) == GREY:
        found = Arrangement(layout, 1, shape[1], shape[2])
    elif layout == "NHWC" and len(shape) == GREY + 1:
        found = Arrangement(layout, shape[3], shape[1], shape[2])
    elif layout == "NCHW" and len(shape) == GREY + 1:
        found = Arrangement(layout, shape[1], shape[2], shape[3])
    else:
        raise no_images(array, f"is no {layout}" if layout else "has no layout of images")
    if found.channels not in CHANNELS or min(found.height, found.width) < 1:
        raise no_images(array, f"has {found.channels} channels as {found.layout}")
    return Arrangement(found.layout, found.channels, found.height, found.width, options.transposed)


def check_type(array: Stored) -> None:
    """Raise ExplorerError for objects, texts, dates and complex numbers."""
    if array.dtype.hasobject:
        raise ExplorerError(
            _("{title} holds Python objects, which are never read: they could run code.").format(title=array.title),
            _("Save one array of numbers, images of one size: np.stack(images)."),
        )
    if array.dtype.kind not in "buif":
        raise ExplorerError(
            _("{title} holds no numbers, but {dtype}.").format(title=array.title, dtype=array.dtype),
            _("Save pixels as uint8 or float32."),
        )


def recognised(shape: tuple[int, ...]) -> str:
    """The layout of an array of this shape; '' for none."""
    if len(shape) == GREY + 1:
        return "NHWC" if shape[3] in CHANNELS else "NCHW" if shape[1] in CHANNELS else ""
    return {FLAT: "flat", GREY: "NHW"}.get(len(shape), "")


def flat(length: int, options: ArrayOptions, array: Stored) -> Arrangement:
    """The arrangement of flat images: the stated one, else a square, or three planes of squares."""
    if options.shape:
        if math.prod(options.shape) != length:
            raise no_images(array, f"has {length:,} values a row, not {' x '.join(map(str, options.shape))}")
        return stated(options.shape)
    for channels in (1, 3):
        side = math.isqrt(length // channels)
        if side and side * side * channels == length:
            return Arrangement("flat", channels, side, side)
    raise no_images(array, f"has {length:,} values a row, which are no square")


def stated(shape: tuple[int, ...]) -> Arrangement:
    """The arrangement of flat images of a stated shape; of three numbers the last is the channels if it can be."""
    if len(shape) == FLAT:
        return Arrangement("flat", 1, shape[0], shape[1])
    if shape[2] in CHANNELS:
        return Arrangement("flat NHWC", shape[2], shape[0], shape[1])
    return Arrangement("flat", shape[0], shape[1], shape[2])


def no_images(array: Stored, why: str) -> ExplorerError:
    """The error for an array that cannot be images."""
    return ExplorerError(f"{array.title} ({array.described}) {why}.", _(HINT))
