"""Stratified sampling of images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def stratified(labels: NDArray[np.int64] | None, total: int, n: int, seed: int = 0) -> NDArray[np.int64]:
    """Indices of a random sample of ``n`` of ``total`` images, stratified by class: int64 [min(n, total)], ascending.

    Parameters
    ----------
    labels : int64 [total]; None draws from all images alike. See ``allotted`` for the size of each class.
    seed : of the draw.
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
    """Sample sizes [C] in proportion to the class sizes ``sizes`` [C], ``n`` in total (at most their sum).

    Largest-remainder method; where ``n`` allows, each class gets at least one, at the cost of the classes most above
    their share.
    """
    counts, remainders = np.divmod(sizes * n, sizes.sum())
    counts[np.argsort(-remainders, kind="stable")[: n - counts.sum()]] += 1
    fair = sizes * n / sizes.sum()
    while n >= len(sizes) and not counts.all():
        counts[counts.argmin()] = 1
        counts[np.where(counts > 1, counts - fair, -np.inf).argmax()] -= 1
    return counts
