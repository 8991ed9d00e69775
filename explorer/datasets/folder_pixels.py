"""The pixels of a folder's images: a first look at each file, then one array in memory or in a file of the cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from explorer.base import ExplorerError, Refusal, unwritable
from explorer.datasets.folder_layout import Placed
from explorer.datasets.folder_scan import ImageFile
from explorer.datasets.frame import Frame
from explorer.images import (
    DARK,
    Pixels,
    Tones,
    Traits,
    checked_bytes,
    image_traits,
    open_image,
    readable_name,
    to_pixels,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Look:
    """What a first look at an image's file gave: SHA-256 of its content, in hexadecimal, and the image's traits."""

    digest: str
    traits: Traits


@dataclass(frozen=True)
class Decoded:
    """Pixels uint8 [N, 3, H, W] of the images ``kept``, in ``tones``; why others were ``skipped``."""

    pixels: Pixels
    kept: tuple[Placed, ...]
    skipped: dict[ImageFile, Refusal]
    tones: Tones


def first_look(folder: Path, image: Placed) -> Look | Refusal:
    """Read an image's file, and decode no more of it than its traits need; or why it cannot be read."""
    name = image.file.path.name
    try:
        content = checked_bytes(folder / image.file.path, readable_name(name))
        return Look(hashlib.sha256(content).hexdigest(), image_traits(content, name))
    except ExplorerError as error:
        return error.refusal


def in_threads(act: Callable[[Placed], T], images: Sequence[Placed]) -> Iterator[tuple[Placed, T]]:
    """Each image with the result of ``act``, in their order."""
    with ThreadPoolExecutor() as pool:
        yield from zip(images, pool.map(act, images), strict=True)


def decode_all(folder: Path, images: Sequence[Placed], frame: Frame, tones: Tones, file: Path | None) -> Decoded:
    """The pixels of all readable images; masks, whose few values would all look black, up to their largest value.

    With a ``file`` the array is memory-mapped there. Raises ExplorerError where it cannot be written.
    """
    found = decode_in(folder, images, frame, tones, file)
    if not len(found.kept) or not 0 < int(found.pixels.max()) < DARK:
        return found
    white = max(int(top) for _, top in in_threads(lambda image: brightest(folder, image, tones), found.kept))
    return decode_in(folder, images, frame, replace(tones, white=white), file)


def decode_in(folder: Path, images: Sequence[Placed], frame: Frame, tones: Tones, file: Path | None) -> Decoded:
    """The pixels of all readable images, in these tones."""
    pixels = pixel_array((len(images), 3, frame.height, frame.width), file)
    kept: list[Placed] = []
    skipped: dict[ImageFile, Refusal] = {}
    for image, picture in in_threads(lambda image: decoded(folder, image, frame, tones), images):
        if isinstance(picture, Refusal):
            skipped[image.file] = picture
        else:
            pixels[len(kept)] = picture
            kept.append(image)
    return Decoded(pixels[: len(kept)], tuple(kept), skipped, tones)


def decoded(folder: Path, image: Placed, frame: Frame, tones: Tones) -> Pixels | Refusal:
    """An image's pixels [3, H, W], or why it cannot be read."""
    try:
        picture = open_image(folder / image.file.path, tones=tones)
        return to_pixels(picture, (3, frame.height, frame.width), frame.fit)
    except ExplorerError as error:
        return error.refusal


def brightest(folder: Path, image: Placed, tones: Tones) -> int:
    """The largest value of an image that can be read."""
    return int(np.asarray(open_image(folder / image.file.path, tones=tones)).max())


def pixel_array(shape: tuple[int, ...], file: Path | None) -> Pixels:
    """An empty uint8 array: in memory, or in a file."""
    if file is None:
        return np.empty(shape, np.uint8)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return np.lib.format.open_memmap(file, "w+", np.uint8, shape)
    except OSError as error:
        raise unwritable(file.parent, error) from error
