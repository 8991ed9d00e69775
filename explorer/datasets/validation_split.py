"""The draw of validation images from a training split: stratified by class, and decided by the images alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.datasets.duplicates import equal_images
from explorer.datasets.stratified_sample import allotted
from explorer.images import Pixels


def validation_draw(pixels: Pixels, labels: NDArray[np.int64] | None, n: int) -> NDArray[np.bool_]:
    """Which of the images [N, C, H, W] are held out from training, ``n`` of them: bool [N].

    The draw is a function of pixels, ``labels`` [N] and ``n``, without a seed: all runs of the same data hold out the
    same images, so that their validation figures compare. Images are taken by a hash of their content, each class in
    proportion to its size; copies of an image are on one side, at the price of fewer than ``n`` where they leave no
    choice. At least one image of each class is left to train on: ``n`` is at most N less the number of classes.
    """
    classes = np.zeros(len(pixels), np.int64) if labels is None else np.unique(labels, return_inverse=True)[1]
    left = quotas(np.bincount(classes), n)  # images still to be taken, of each class
    held = np.zeros(len(pixels), np.bool_)
    for copies in equal_images(pixels):
        if not left.any():
            break
        wanted = np.bincount(classes[copies], minlength=len(left))
        if (wanted <= left).all():
            held[copies] = True
            left -= wanted
    return held


def quotas(sizes: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """How many images to take of classes of these sizes [C], ``n`` in all and never a whole class: int64 [C]."""
    counts, several = np.zeros_like(sizes), sizes > 1
    if n:
        counts[several] = allotted(sizes[several] - 1, n)
    return counts
