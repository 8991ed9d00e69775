"""Some of many images, drawn class by class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def stratified(labels: NDArray[np.int64] | None, total: int, n: int, seed: int = 0) -> NDArray[np.int64]:
    """Indices of ``n`` of ``total`` images, ascending; all of them where there are no more.

    Each class of ``labels`` [total] has its share (see ``allotted``); without labels all images are one class.
    """
    if n >= total:
        return np.arange(total)
    names, inverse = np.unique(np.zeros(total) if labels is None else labels, return_inverse=True)
    members = [np.flatnonzero(inverse == i) for i in range(len(names))]
    counts = allotted(np.array([len(own) for own in members]), n)
    rng = np.random.default_rng(seed)
    drawn = [rng.choice(own, count, replace=False) for own, count in zip(members, counts, strict=True)]
    return np.sort(np.concatenate(drawn))


def allotted(sizes: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """How many of each class are drawn: in proportion to ``sizes`` [C], ``n`` <= their sum together: [C].

    By largest remainders; at least one of each class where ``n`` allows, taken from those that have most too many.
    """
    counts, remainders = np.divmod(sizes * n, sizes.sum())
    counts[np.argsort(-remainders, kind="stable")[: n - counts.sum()]] += 1
    fair = sizes * n / sizes.sum()
    while n >= len(sizes) and not counts.all():
        counts[counts.argmin()] = 1
        counts[np.where(counts > 1, counts - fair, -np.inf).argmax()] -= 1
    return counts
