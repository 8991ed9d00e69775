"""Nearest neighbours without the query point itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def without_self(found: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Remove each point ``chosen`` [n] from its ``k + 1`` nearest points ``found`` [n, k + 1]: [n, k]."""
    different = found != chosen[:, None]
    different[different.all(1), -1] = False  # the point itself is missing among duplicates of it
    return found[different].reshape(len(chosen), -1)
