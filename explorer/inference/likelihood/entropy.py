"""The binary entropy of pixels: what a Bernoulli decoder pays for grey ones however well it reconstructs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from explorer.images import Pixels


def binary_entropy_nats(pixels: Pixels) -> NDArray[np.float64]:
    """The binary entropy of the pixels, summed over each image: uint8 [N, C, H, W] -> [N], nats.

    The cross-entropy -x log p - (1 - x) log(1 - p) of a pixel x in [0, 1] is least at p = x, where it is this entropy;
    it is 0 for black and white, and log 2 for x = 1/2.
    """
    from scipy.special import entr

    levels = np.arange(256) / 255
    of_level = entr(levels) + entr(1 - levels)
    return np.array([np.bincount(image.ravel(), minlength=256) @ of_level for image in pixels], np.float64)
