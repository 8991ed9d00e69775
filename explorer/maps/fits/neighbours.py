"""Nearest neighbours of points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def others(found: NDArray[np.int64], chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """The ``k + 1`` nearest points of each chosen one, without itself: [len(chosen), k]."""
    strangers = found != chosen[:, None]
    strangers[strangers.all(1), -1] = False  # itself hidden behind others on the same spot
    return found[strangers].reshape(len(chosen), -1)
