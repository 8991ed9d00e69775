"""Holes in images: bool [H, W], true where a pixel is hidden. Presets, and what makes a hole one that can be filled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError

Hole = NDArray[np.bool_]


def rows(height: int, width: int, top: float, bottom: float) -> Hole:
    """All of the rows between two shares of the height."""
    return box(height, width, top, bottom, 0, 1)


def columns(height: int, width: int, left: float, right: float) -> Hole:
    """All of the columns between two shares of the width."""
    return box(height, width, 0, 1, left, right)


def box(height: int, width: int, top: float, bottom: float, left: float, right: float) -> Hole:
    """The pixels whose middles lie in a box, whose sides are shares of the picture's."""
    down, across = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    return ((down >= top) & (down < bottom))[:, None] & ((across >= left) & (across < right))[None]


def random_box(height: int, width: int, rng: np.random.Generator) -> Hole:
    """A box somewhere, each side a quarter to three quarters of the picture's."""
    sizes = rng.uniform(0.25, 0.75, 2)
    top, left = rng.uniform(0, 1 - sizes)
    return box(height, width, top, top + sizes[0], left, left + sizes[1])


# What the page offers by one click; only the last one looks at the random numbers.
PRESETS: dict[str, Callable[[int, int, np.random.Generator], Hole]] = {
    "Lower half": lambda height, width, _: rows(height, width, 0.5, 1),
    "Upper half": lambda height, width, _: rows(height, width, 0, 0.5),
    "Left": lambda height, width, _: columns(height, width, 0, 0.5),
    "Right": lambda height, width, _: columns(height, width, 0.5, 1),
    "Centre": lambda height, width, _: box(height, width, 0.25, 0.75, 0.25, 0.75),
    "Random box": random_box,
}


def checked(hole: NDArray[np.generic] | None, shape: tuple[int, int, int]) -> Hole:
    """The hole of an image of ``shape`` (C, H, W), as bool.

    Raises ExplorerError when it has another size, or hides nothing or everything.
    """
    if hole is None or (hole.shape == shape[1:] and not hole.any()):
        raise ExplorerError("Nothing is hidden.", "Paint over what is to be completed.")
    if hole.shape != shape[1:]:
        size = " x ".join(map(str, hole.shape))
        raise ExplorerError(f"The mask has {size} pixels.", f"The model takes images of {shape[1]} x {shape[2]}.")
    if hole.all():
        raise ExplorerError("Everything is hidden.", "Leave some pixels for the model to go by.")
    return hole.astype(bool)
