"""dSprites (Matthey et al. 2017), drawn to its published geometry: white sprites on black, 64 x 64 pixels.

The grid has 737,280 images: 3 shapes, 6 scales from 0.5 to 1, 40 orientations from 0 to 2 pi, 32 x 32 places. An image
is known by its number in the published order, shape slowest and y fastest. As published, both ends of the orientations
are there, which are the same turn. Published are the values of the factors, not the outlines: those of ``shapes`` are
taken, at the size that gives the mean of the published pixels.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from explorer.datasets.shapes import INSIDE, SHAPES, SIDE
from explorer.images import Pixels

FACTORS: dict[str, int] = {"shape": len(SHAPES), "scale": 6, "orientation": 40, "x": 32, "y": 32}  # number of values
N_IMAGES = math.prod(FACTORS.values())
SPRITE_SIDE = SIDE - FACTORS["x"] + 1  # pixels: places are a pixel apart, and the last one ends at the image's edge
SIZE = 0.918  # of the outlines of ``shapes``
N_TRAIN, N_TEST = 60_000, 9_000  # of the sample, the same number of each shape
DRAWN_AT_ONCE = 4096  # images


@cache
def sprites() -> NDArray[np.bool_]:
    """Every shape, scale and orientation, in its own square: [3, 6, 40, 33, 33]. Computed in float64, once."""
    middle = np.arange(SPRITE_SIDE) - (SPRITE_SIDE - 1) / 2
    scale = SIZE * np.linspace(0.5, 1, FACTORS["scale"])[:, None, None, None]
    angle = np.linspace(0, 2 * math.pi, FACTORS["orientation"])[:, None, None]
    angle[-1] = 0  # as 2 pi, to the last bit
    cos, sin = np.cos(angle), np.sin(angle)
    u, v = cos * middle + sin * middle[:, None], cos * middle[:, None] - sin * middle  # [40, 33, 33]
    return np.stack([inside(u / scale, v / scale) for inside in INSIDE])


@cache
def windows() -> NDArray[np.bool_]:
    """The whole grid as a view: [3, 6, 40, 32, 32, 64, 64], the places counted from the far end; takes 7 MB."""
    room = FACTORS["x"] - 1
    padded = np.pad(sprites(), [(0, 0)] * 3 + [(room, room)] * 2)
    return np.lib.stride_tricks.sliding_window_view(padded, (SIDE, SIDE), axis=(3, 4))


def draw(numbers: NDArray[np.int64]) -> Pixels:
    """The images of these numbers: uint8 [N, 1, 64, 64], 0 or 255, the same on every machine."""
    pixels = np.empty((len(numbers), 1, SIDE, SIDE), np.uint8)
    for start in range(0, len(numbers), DRAWN_AT_ONCE):
        shape, scale, orientation, x, y = factors_of(numbers[start : start + DRAWN_AT_ONCE]).T
        drawn = windows()[shape, scale, orientation, FACTORS["y"] - 1 - y, FACTORS["x"] - 1 - x]
        np.multiply(drawn, np.uint8(255), out=pixels[start : start + DRAWN_AT_ONCE, 0])
    return pixels


def factors_of(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The factors of images, [N, 5], as indices in the order of ``FACTORS``."""
    return np.stack(np.unravel_index(numbers, tuple(FACTORS.values())), 1).astype(np.int64)


def values_of(factors: NDArray[np.int64]) -> NDArray[np.float64]:
    """The published values of factor indices [N, 5]: shape 1 to 3, scale, orientation in radians, x and y in [0, 1]."""
    last = np.array([*FACTORS.values()]) - 1
    low, high = np.array([1, 0.5, 0, 0, 0]), np.array([3, 1, 2 * math.pi, 1, 1])
    return low + factors / last * (high - low)


def split_numbers(split: str) -> NDArray[np.int64]:
    """The numbers of a fixed random sample: 60,000 to train on, 9,000 others to test, as many of each shape.

    Of equal images only the first can be drawn, so that none is in both splits.
    """
    numbers, n_shapes = distinct_numbers(), len(SHAPES)
    order = np.random.Generator(np.random.PCG64(0)).random(len(numbers)).argsort(kind="stable")
    shuffled = numbers[order]
    shape = shuffled // (N_IMAGES // n_shapes)
    own = slice(N_TRAIN // n_shapes) if split == "train" else slice(N_TRAIN // n_shapes, (N_TRAIN + N_TEST) // n_shapes)
    return np.sort(np.concatenate([shuffled[shape == one][own] for one in range(n_shapes)]))


@cache
def distinct_numbers() -> NDArray[np.int64]:
    """The numbers of images that no earlier one of the grid equals, ascending."""
    whole = sprites().reshape(-1, SPRITE_SIDE**2)
    _, first = np.unique(np.packbits(whole, axis=1), axis=0, return_index=True)
    places = FACTORS["x"] * FACTORS["y"]
    return (np.sort(first)[:, None] * places + np.arange(places)).ravel().astype(np.int64)
