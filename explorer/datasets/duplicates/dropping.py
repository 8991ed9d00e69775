"""Training images that are left out for their twins among the others, or among the images that judge the training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.datasets.duplicates.finding import Duplicates

Chosen = NDArray[np.bool_]


def dropped_images(found: Duplicates, held: Chosen) -> Chosen:
    """Which training images are dropped: bool [n_train]; of the ``held``, which validate, bool [n_train], none is.

    An image is dropped that equals a held or a test image, or an earlier image that is trained on. Where
    near-duplicates were asked for, so is one that is nearly equal to such an image.
    """
    judging = np.ones(len(found.first), np.bool_)
    judging[: found.n_train] = held
    judged = np.zeros_like(judging)  # by a group's first image: whether one of the group judges
    judged[found.first[judging]] = True
    out = ~found.is_first | judged[found.first] | near_dropped(found, judged)[found.first]
    return out[: found.n_train] & ~held


def near_dropped(found: Duplicates, judged: Chosen) -> Chosen:
    """The groups, by their first image, that are nearly equal to one that judges or an earlier one that stays."""
    out = np.zeros_like(judged)
    for own, other in ((0, 1), (1, 0)):
        out[found.near[judged[found.near[:, other]], own]] = True
    later = np.lexsort((found.near[:, 0], found.near[:, 1]))
    for first, second in found.near[later].tolist():  # in order of the second: whether the first stays is known
        if not (out[first] or judged[first]):
            out[second] = True
    return out
