"""Rows of arrays as pixels: numbers, or the bytes of image files. Each is looked at once before it is decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL.Image import Image

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.arrangement import arrangement_of
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.stored import Array, Stored
from explorer.datasets.arrays.tones import OPAQUE, Range, laid_on_white, range_of, to_tones
from explorer.datasets.frame import Frame
from explorer.images import (
    Pixels,
    Tones,
    Traits,
    content_hash,
    image_traits,
    open_image,
    to_picture,
    to_pixels,
    tones_of_set,
)

Hashes = NDArray[np.uint64]
LOOKED_AT = 64  # pictures that tell size and channels
GREY, COLOUR = 1, 3
Size = tuple[int, int]  # width, height


class Decoder(Protocol):
    """Turns rows into pixels, once all of them were looked at.

    ``channels`` of the pixels; ``sizes``: the images' own, before they are looked at of the first ones; ``refused``:
    why rows cannot be read, by their number among all.
    """

    channels: int
    refused: dict[int, str]

    def sizes(self) -> list[Size]:
        """Width and height of the images: the smallest and the largest, pixels."""
        ...

    def look(self, rows: Array) -> Hashes:
        """A hash of each row; ExplorerError for what can be no image."""
        ...

    def pixels(self, rows: Array, frame: Frame) -> Pixels:
        """Rows as uint8 [n, C, H, W]."""
        ...

    def notes(self) -> list[str]:
        """By what rules the rows were read, in sentences."""
        ...


def decoder_of(arrays: Sequence[Stored], options: ArrayOptions) -> Decoder:
    """What decodes all of these arrays. Raises ExplorerError where they are no images, or not of one shape."""
    if all(array.pictures for array in arrays):
        return Pictures(arrays)
    first = arrays[0]
    other = next((array for array in arrays if array.shape[1:] != first.shape[1:]), None)
    if other is not None:
        raise ExplorerError(
            _("{title} ({described}) and {title_2} ({described_2}) hold images of different sizes.").format(
                title=first.title, described=first.described, title_2=other.title, described_2=other.described
            ),
            _("Bring them to one size, or name a file of one of them."),
        )
    return Numbers(arrays, options)


class Numbers:
    """Arrays of pixel values. Black and white are decided by all values, unless stated."""

    def __init__(self, arrays: Sequence[Stored], options: ArrayOptions) -> None:
        self.arrangement = arrangement_of(arrays[0], options)
        self.arrays, self.stated = arrays, options.values
        self.channels = COLOUR if self.arrangement.channels == OPAQUE else self.arrangement.channels
        self.refused: dict[int, str] = {}
        self.low, self.high, self.whole, self.seen = np.inf, -np.inf, True, 0
        for array in arrays:
            arrangement_of(array, options)  # of its own type

    def sizes(self) -> list[Size]:
        """See ``Decoder``."""
        return [self.arrangement.size] * 2

    def look(self, rows: Array) -> Hashes:
        """See ``Decoder``."""
        low, high = float(rows.min()), float(rows.max())
        if not np.isfinite(high - low):
            self.refuse(rows)
        if rows.dtype.kind == "f" and self.whole:
            self.whole = bool((rows == np.rint(rows)).all())
        self.low, self.high, self.seen = min(self.low, low), max(self.high, high), self.seen + len(rows)
        return np.array([content_hash(row.view(np.uint8)) for row in np.ascontiguousarray(rows)], np.uint64)

    def refuse(self, rows: Array) -> None:
        """Raise ExplorerError for the first image with a value that is no number."""
        bad = ~np.isfinite(rows.reshape(len(rows), -1)).all(1)
        raise ExplorerError(
            _("Image {seen:,} of {name} has values that are not finite (NaN or infinite).").format(
                seen=self.seen + int(bad.argmax()), name=self.arrays[0].path.name
            ),
            _("Replace them: np.nan_to_num(images)."),
        )

    @property
    def shown(self) -> Range:
        """The values of black and white."""
        return self.stated or range_of(self.low, self.high, self.whole)

    def as_is(self, frame: Frame) -> bool:
        """Whether the numbers are the pixels already."""
        stored = self.arrangement
        fits = (self.channels, frame.height, frame.width) == (stored.channels, stored.height, stored.width)
        return fits and self.shown == (0.0, 255.0) and all(array.dtype == np.uint8 for array in self.arrays)

    def pixels(self, rows: Array, frame: Frame) -> Pixels:
        """See ``Decoder``."""
        images = laid_on_white(to_tones(self.arrangement.images(rows), self.shown))
        if images.shape[2:] == (frame.height, frame.width):
            return images
        shape = (self.channels, frame.height, frame.width)
        return np.stack([to_pixels(to_picture(image), shape, frame.fit) for image in images])

    def notes(self) -> list[str]:
        """See ``Decoder``."""
        ends = "{:g} to {:g}".format(*self.shown)
        how = " as stated" if self.stated else ""
        found = "" if (self.low, self.high) == self.shown else f" (there are {self.low:g} to {self.high:g})"
        values = f"Values from {ends} are black to white{how}{found}."
        return [*(self.arrangement.sentence(array) for array in self.arrays), values]


class Pictures:
    """Image files as bytes; those that cannot be read are refused, as in a folder."""

    def __init__(self, arrays: Sequence[Stored]) -> None:
        self.arrays = arrays
        self.refused: dict[int, str] = {}
        self.seen = 0
        self.traits: set[Traits] = set()
        first = self.first_pictures()
        self.channels = GREY if first and all(picture.mode == "L" for picture in first) else COLOUR
        self.first_sizes = [picture.size for picture in first]

    def first_pictures(self) -> list[Image]:
        """The first pictures that can be read."""
        found = []
        for row in next(iter(self.arrays[0].pieces()), [])[:LOOKED_AT]:
            try:
                found.append(open_image(row or b""))
            except ExplorerError:
                continue  # told when all are looked at
        return found

    def sizes(self) -> list[Size]:
        """See ``Decoder``."""
        known = {traits.size for traits in self.traits} or self.first_sizes
        ordered = sorted(known, key=lambda size: size[0] * size[1])
        return [ordered[0], ordered[-1]] if ordered else []

    def look(self, rows: Iterable[bytes]) -> Hashes:
        """See ``Decoder``."""
        return np.array([self.look_at(row or b"") for row in rows], np.uint64)

    def look_at(self, content: bytes) -> int:
        """The hash of a picture's bytes; what it is, or why it cannot be read, is kept."""
        number, self.seen = self.seen, self.seen + 1
        try:
            self.traits.add(image_traits(content, f"Row {number}"))
        except ExplorerError as error:
            self.refused[number] = error.message.removeprefix(f"Row {number} ").removeprefix("is ").removesuffix(".")
        return content_hash(np.frombuffer(content, np.uint8))

    @cached_property
    def tones(self) -> Tones:
        """The tones of all pictures."""
        return tones_of_set(self.traits)

    def pixels(self, rows: Iterable[bytes], frame: Frame) -> Pixels:
        """See ``Decoder``."""
        shape = (self.channels, frame.height, frame.width)
        return np.stack([to_pixels(open_image(row, tones=self.tones), shape, frame.fit) for row in rows])

    def notes(self) -> list[str]:
        """See ``Decoder``."""
        kind = "grey" if self.channels == GREY else "colour"
        return [f"{array.title}: {len(array):,} image files, read in {kind}." for array in self.arrays]
