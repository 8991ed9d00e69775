"""Additive noise."""

from __future__ import annotations

import numpy as np

from explorer.images import Pixels, from_unit


def noisy(pixels: Pixels, sigma: float, seed: int = 0) -> Pixels:
    """uint8 pixels with normal noise of standard deviation ``sigma`` on the [0, 1] scale, clipped to [0, 1].

    The noise is ``sigma`` times a draw that depends on the seed alone.
    """
    noise = np.random.default_rng(seed).standard_normal(pixels.shape)
    return from_unit(pixels / 255 + sigma * noise)
