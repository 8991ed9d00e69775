"""Stochastic binarisation of pixels by a counter-based generator: each draw depends on the seed and its position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from explorer.images import Pixels

TEST_SEED = 0  # of the binarised test split: the same for every run, so that runs compare
BINARISED_AT_ONCE = 8192  # images binarised at a time


def binarised(pixels: Pixels, seed: int) -> Pixels:
    """Static binarisation: 255 with probability ``pixels / 255``, else 0, as a new array of the same shape.

    A function of pixels and seed alone. Salakhutdinov & Murray 2008 introduced a statically binarised MNIST.
    """
    result = np.empty(pixels.shape, np.uint8)
    for start in range(0, len(pixels), BINARISED_AT_ONCE):
        part = pixels[start : start + BINARISED_AT_ONCE]
        result[start : start + BINARISED_AT_ONCE] = binarised_at(part, np.arange(start, start + len(part)), seed)
    return result


def held_out_pixels(pixels: Pixels, binarise: str) -> Pixels:
    """The test images under a training's binarisation: grey for ``none``, else one fixed draw shared by all runs."""
    return pixels if binarise == "none" else binarised(pixels, TEST_SEED)


def binarised_at(images: Pixels, indices: NDArray[np.int64], seed: int) -> Pixels:
    """The rows ``indices`` [B] of ``binarised`` for ``images`` [B, C, H, W], the images at these indices."""
    values = images[0].size
    counters = indices.astype(np.uint64)[:, None] * np.uint64(values) + np.arange(values, dtype=np.uint64)
    uniform = (splitmix64(counters, seed) >> np.uint64(40)).astype(np.float32) / np.float32(2**24)  # [B, values]
    white = uniform.reshape(images.shape) * np.float32(255) < images
    return white.astype(np.uint8) * np.uint8(255)


def splitmix64(counters: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """64 random bits for each counter and a seed (SplitMix64; Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        start = _mixed(np.array([seed], np.uint64) + np.uint64(0x9E3779B97F4A7C15))
        return _mixed(start + (counters + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
