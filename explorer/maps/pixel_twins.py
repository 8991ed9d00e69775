"""Images of a map that have a twin by pixels, in either split of their data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.datasets import SPLITS, Split
from explorer.datasets.duplicates import Duplicates, quick_duplicates
from explorer.images import Pixels
from explorer.maps.fits import MapImages


@dataclass(frozen=True)
class PixelTwins:
    """The twins of all images of the splits that were searched; the others are missing on this machine.

    Attributes
    ----------
    found : training images first; of a split that is missing there are none.
    twin : number of each image's nearest twin in ``found``, -1 where it has none: int64 [N].
    distance : to it, 0 of an equal image, NaN without a twin: float32 [N].
    missing : the splits that were not searched.
    """

    found: Duplicates
    twin: NDArray[np.int64]
    distance: NDArray[np.float32]
    missing: tuple[Split, ...]

    def own(self, shown: MapImages) -> NDArray[np.int64]:
        """The number in ``found`` of each image of a map, all of whose splits were searched: int64 [n]."""
        return shown.numbers + (self.found.n_train if shown.split == "test" else 0)

    def split_of(self, number: int) -> tuple[Split, int]:
        """The split of an image, and its index there."""
        n_train = self.found.n_train
        return ("train", number) if number < n_train else ("test", number - n_train)

    def number_on(self, shown: MapImages, number: int) -> int:
        """An image's number as the map counts, also where its split is not shown: then its index there."""
        return number if shown.split == "all" else self.split_of(number)[1]


def twins_in(splits: dict[Split, Pixels]) -> PixelTwins:
    """The twins in the splits that are here, of at least one, uint8 [n, C, H, W] each."""
    none = next(iter(splits.values()))[:0]
    found = quick_duplicates(splits.get("train", none), splits.get("test", none))
    return PixelTwins(found, *found.twins(), tuple(split for split in SPLITS if split not in splits))
