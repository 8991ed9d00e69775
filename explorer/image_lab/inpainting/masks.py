"""Masks of images, bool [H, W], true where a pixel is masked: presets and validation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import N_, _

Mask = NDArray[np.bool_]


def row_band(height: int, width: int, top: float, bottom: float) -> Mask:
    """A mask of the rows between two shares of the height."""
    return box(height, width, top, bottom, 0, 1)


def column_band(height: int, width: int, left: float, right: float) -> Mask:
    """A mask of the columns between two shares of the width."""
    return box(height, width, 0, 1, left, right)


def box(height: int, width: int, top: float, bottom: float, left: float, right: float) -> Mask:
    """A mask of the pixels whose centres lie in a box, whose edges are shares of height and width."""
    down, across = (np.arange(height) + 0.5) / height, (np.arange(width) + 0.5) / width
    return ((down >= top) & (down < bottom))[:, None] & ((across >= left) & (across < right))[None]


def random_box(height: int, width: int, rng: np.random.Generator) -> Mask:
    """A random box, each side uniform between a quarter and three quarters of the image's."""
    sizes = rng.uniform(0.25, 0.75, 2)
    top, left = rng.uniform(0, 1 - sizes)
    return box(height, width, top, top + sizes[0], left, left + sizes[1])


# The presets of the page; only the last one is random.
MASK_PRESETS: dict[str, Callable[[int, int, np.random.Generator], Mask]] = {
    N_("Lower half"): lambda height, width, rng: row_band(height, width, 0.5, 1),
    N_("Upper half"): lambda height, width, rng: row_band(height, width, 0, 0.5),
    N_("Left"): lambda height, width, rng: column_band(height, width, 0, 0.5),
    N_("Right"): lambda height, width, rng: column_band(height, width, 0.5, 1),
    N_("Centre"): lambda height, width, rng: box(height, width, 0.25, 0.75, 0.25, 0.75),
    N_("Random box"): random_box,
}


def checked_mask(mask: NDArray[np.generic] | None, shape: tuple[int, int, int]) -> Mask:
    """The mask of an image of ``shape`` (C, H, W), as bool.

    Raises ExplorerError if it has another size, or masks no pixel or all of them.
    """
    if mask is None or (mask.shape == shape[1:] and not mask.any()):
        raise ExplorerError(_("Nothing is hidden."), _("Paint over what is to be completed."))
    if mask.shape != shape[1:]:
        size = " x ".join(map(str, mask.shape))
        raise ExplorerError(
            _("The mask has {size} pixels.").format(size=size),
            _("The model takes images of {height} x {width}.").format(height=shape[1], width=shape[2]),
        )
    if mask.all():
        raise ExplorerError(_("Everything is hidden."), _("Leave some pixels for the model to go by."))
    return mask.astype(bool)
