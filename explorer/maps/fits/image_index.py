"""The images that a map shows: a split, both splits, or a sample of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.base.languages import N_, _
from explorer.datasets import Column, Images, Split, stratified
from explorer.images import Pixels
from explorer.inference import Latents, latents_of
from explorer.inference.latent_space import Z, codes
from explorer.inference.likelihood import PerImage
from explorer.maps.fits.options import DEFAULTS, MAP_SPLITS, MapOptions, MapSplit
from explorer.runs import LoadedRun

NOUNS: dict[MapSplit, str] = {
    "test": N_("test images"),
    "train": N_("training images"),
    "all": N_("training and test images"),
}
SAMPLED: dict[MapSplit, str] = {
    "test": N_("sampled test images"),
    "train": N_("sampled training images"),
    "all": N_("sampled training and test images"),
}


@dataclass(frozen=True)
class MapImages:
    """The images of a map in the order of its points.

    The *place* of an image is its position in this order, the row of its point. Its *number* is its index in the whole
    split (``all``: train, then test), which does not depend on the sample.
    """

    split: MapSplit
    sizes: tuple[int, ...]  # number of images of each part of the split (``MAP_SPLITS``)
    latents: Latents  # of the images shown
    numbers: NDArray[np.int64]  # of the images shown, ascending

    def __len__(self) -> int:
        """The number of images shown."""
        return len(self.numbers)

    @property
    def total(self) -> int:
        """The number of images of the split."""
        return sum(self.sizes)

    @property
    def noun(self) -> str:
        """Plural noun for the images: 'test images', 'sampled test images'."""
        return _((NOUNS if len(self) == self.total else SAMPLED)[self.split])

    def number(self, place: int) -> int:
        """The number of the image at a place."""
        return int(self.numbers[place])

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The places of the images with these numbers, ascending; images that are not shown are left out."""
        return np.flatnonzero(np.isin(self.numbers, numbers))

    def place(self, number: int | None) -> int | None:
        """The place of the image with this number; None if it is not shown."""
        if number is None or not 0 <= number < self.total:
            return None
        return next(iter(self.places(np.array([number])).tolist()), None)

    def codes(self, run: LoadedRun, places: NDArray[np.int64]) -> Z:
        """The decoder input for the images at these places: mu, with the class of a conditional model."""
        own = self.latents.at(places)
        return codes(run, own.mu, own.labels)

    def parts(self) -> tuple[list[Split], NDArray[np.int64]]:
        """The split of each image, and its index there: lists of length n."""
        names, starts = MAP_SPLITS[self.split], np.cumsum((0, *self.sizes[:-1]))
        part = np.searchsorted(starts, self.numbers, side="right") - 1
        return [names[i] for i in part], self.numbers - starts[part]


@dataclass(frozen=True)
class Originals:
    """The pixels and names of a map's images; ``parts`` are the whole splits, ``numbers`` as in ``MapImages``."""

    parts: tuple[Images, ...]
    numbers: NDArray[np.int64]

    def pixels(self, places: NDArray[np.int64]) -> Pixels:
        """Pixels of the images at these places: uint8 [n, C, H, W]."""
        numbers, start = self.numbers[places], 0
        pixels = np.empty((len(numbers), *self.parts[0].shape), np.uint8)
        for part in self.parts:
            inside = (numbers >= start) & (numbers < start + len(part))
            pixels[inside] = part.pixels[numbers[inside] - start]
            start += len(part)
        return pixels

    def names(self) -> list[str] | None:
        """File names of all images shown; None for data sets without files."""
        names = [name for part in self.parts for name in part.names or ()]
        return [names[number] for number in self.numbers] if names else None

    def columns(self) -> tuple[Column, ...]:
        """What the data set itself says of all images shown, besides their classes."""
        by_title = zip(*(part.columns for part in self.parts), strict=True)
        joined = (replace(same[0], values=np.concatenate([column.values for column in same])) for same in by_title)
        return tuple(column.at(self.numbers) for column in joined)


def size_of(run: LoadedRun, split: MapSplit) -> tuple[int, ...]:
    """The number of images of each part of a split."""
    return tuple(run.data.size(part) for part in MAP_SPLITS[split])


def map_images(
    run: LoadedRun, split: MapSplit = "test", options: MapOptions = DEFAULTS, parts: list[Latents] | None = None
) -> MapImages:
    """The images that a map with these options shows. Raises ExplorerError as ``latents_of``.

    ``parts``: latents of the split's parts, if already loaded.
    """
    whole = concatenated(parts or [latents_of(run, part) for part in MAP_SPLITS[split]])
    if options.subset is None:
        return MapImages(split, size_of(run, split), whole, np.arange(len(whole)))
    numbers = stratified(whole.labels, len(whole), *options.subset)
    return MapImages(split, size_of(run, split), whole.at(numbers), numbers)


def concatenated(parts: list[Latents]) -> Latents:
    """The latents of several splits as one."""
    if len(parts) == 1:
        return parts[0]
    columns = zip(*(vars(part.values).values() for part in parts), strict=True)
    labels = [part.labels for part in parts if part.labels is not None]
    together = np.concatenate(labels) if len(labels) == len(parts) else None
    return Latents(PerImage(*map(np.concatenate, columns)), together, parts[0].classes)
