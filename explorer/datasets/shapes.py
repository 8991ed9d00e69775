"""Synthetic white shapes on black, 64 x 64 pixels, rendered from five known generative factors.

After dSprites (Matthey et al. 2017). Rotations stay below a quarter turn, so that no two combinations give the same
image: a square repeats after a quarter turn, an ellipse after half a turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.images import Pixels

SIDE = 64
SHAPES = ("square", "ellipse", "heart")
FACTORS: dict[str, int] = {"shape": len(SHAPES), "scale": 6, "rotation": 10, "x": 16, "y": 16}  # number of values
STEP = 2.0  # pixels between neighbouring positions
TRAIN_PER_TEST = 5  # training images for each test image
N_TRAIN = 10_000  # of the 46,080 combinations
DRAWN_AT_ONCE = 512  # images rendered at a time

Offsets = NDArray[np.float64]


def square(u: Offsets, v: Offsets) -> NDArray[np.bool_]:
    """Indicator of the square at scale 1; u points right and v down, in pixels from the centre."""
    return np.maximum(np.abs(u), np.abs(v)) < 9.8


def ellipse(u: Offsets, v: Offsets) -> NDArray[np.bool_]:
    """Indicator of the ellipse, as ``square``."""
    return (u / 13.1) ** 2 + (v / 6.7) ** 2 < 1


def heart(u: Offsets, v: Offsets) -> NDArray[np.bool_]:
    """Indicator of the heart (x^2 + y^2 - 1)^3 < x^2 y^3, vertically centred."""
    x, y = u / 10.3, 0.1 - v / 10.3
    return (x**2 + y**2 - 1) ** 3 < x**2 * y**3


INSIDE: tuple[Callable[[Offsets, Offsets], NDArray[np.bool_]], ...] = (square, ellipse, heart)  # as SHAPES


def draw_shapes(factors: NDArray[np.int64]) -> Pixels:
    """Images uint8 [N, 1, 64, 64], 0 or 255, of factor indices [N, 5] in the order of ``FACTORS``.

    Computed in float64, so that every machine renders the same pixels.
    """
    pixels = np.zeros((len(factors), SIDE, SIDE), np.uint8)
    for shape, inside in enumerate(INSIDE):
        rows = np.flatnonzero(factors[:, 0] == shape)
        for start in range(0, len(rows), DRAWN_AT_ONCE):
            part = rows[start : start + DRAWN_AT_ONCE]
            pixels[part] = np.where(inside(*own_axes(factors[part])), 255, 0)
    return pixels[:, None]


def own_axes(factors: NDArray[np.int64]) -> tuple[Offsets, Offsets]:
    """Pixel coordinates u, v in the shape's own frame (translation, rotation and scale undone): [N, 64, 64] each."""
    _, scale, rotation, x, y = factors.T[:, :, None, None]
    size = 0.5 + 0.5 * scale / (FACTORS["scale"] - 1)
    angle = rotation * (math.pi / 2 / FACTORS["rotation"])
    pixel = np.arange(SIDE) - (SIDE - 1) / 2
    right = pixel - STEP * (x - (FACTORS["x"] - 1) / 2)  # [N, 1, 64]
    down = pixel[:, None] - STEP * (y - (FACTORS["y"] - 1) / 2)  # [N, 64, 1]
    cos, sin = np.cos(angle) / size, np.sin(angle) / size
    return cos * right + sin * down, cos * down - sin * right


def factors_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Factor indices [N, 5] of combinations by their number, in C order (the last factor varies fastest)."""
    return np.stack(np.unravel_index(numbers, tuple(FACTORS.values())), 1).astype(np.int64)


def split_numbers(split: str) -> NDArray[np.int64]:
    """Numbers of a split's combinations in a fixed random order: 10,000 for training, 2,000 others for test."""
    total = math.prod(FACTORS.values())
    order = np.random.Generator(np.random.PCG64(0)).random(total).argsort(kind="stable").astype(np.int64)
    return order[:N_TRAIN] if split == "train" else order[N_TRAIN : N_TRAIN + N_TRAIN // TRAIN_PER_TEST]
