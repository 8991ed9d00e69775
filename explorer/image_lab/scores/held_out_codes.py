"""The posterior means of the held-out images, and which of these images a given one is: none is its own neighbour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels, content_hash


@dataclass(frozen=True)
class HeldOutCodes:
    """Posterior means of the held-out images, to which distances are taken.

    Attributes
    ----------
    mu : [M, K].
    pixels : uint8 [M, C, H, W], by which an image is recognised as one of these; None where the data is missing.
    """

    mu: NDArray[np.float32]
    pixels: Pixels | None = None

    def own(self, pixels: Pixels) -> NDArray[np.int64]:
        """The number of the held-out image with the same pixels, for images [N, C, H, W]: [N]; -1 where there is none.

        Identity is that of the pixels, not of the codes: these are rounded, and differ with the batch.
        """
        return np.array([self.numbers.get(content_hash(one), -1) for one in pixels], np.int64)

    @cached_property
    def numbers(self) -> dict[int, int]:
        """The number of each held-out image by the hash of its pixels; of equal images the last."""
        return {} if self.pixels is None else {content_hash(one): number for number, one in enumerate(self.pixels)}
