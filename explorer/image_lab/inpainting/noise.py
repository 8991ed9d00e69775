"""Noise on an image."""

from __future__ import annotations

import numpy as np

from explorer.images import Pixels, from_unit


def noisy(pixels: Pixels, sigma: float, seed: int = 0) -> Pixels:
    """uint8 pixels with normal noise of standard deviation ``sigma`` on the [0, 1] scale, cut off at black and white.

    The same seed gives the same noise, larger where ``sigma`` is.
    """
    noise = np.random.default_rng(seed).standard_normal(pixels.shape)
    return from_unit(pixels / 255 + sigma * noise)
