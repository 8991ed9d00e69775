"""Phrases shared by several pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.base import counted
from explorer.inference.likelihood import LEAST_FOR_PERCENTILE, percentile

NO_ELBO = "An autoencoder's code is a point: it has no KL, no ELBO and no prior."


def standing(values: NDArray[np.floating], value: float, noun: str) -> str:
    """Where a value stands among those of others: '72nd percentile of held-out images', 'higher than 3 of 5 ...'.

    ``noun`` names one of the others. A percentile takes ``LEAST_FOR_PERCENTILE`` of them.
    """
    n, below = len(values), int(np.count_nonzero(values < value))
    if n >= LEAST_FOR_PERCENTILE:
        return f"{rank(percentile(values, value))} of {noun}s"
    if n == 1:
        return f"{'higher' if below else 'not higher'} than the only {noun}"
    if below == 0:
        return f"not higher than any of {counted(n, noun)}"
    return f"higher than {'all' if below == n else f'{below} of'} {counted(n, noun)}"


def rank(percent: float) -> str:
    """A percentile in words: '72nd percentile'; at the ends 'among the lowest 1 %'."""
    if percent < 1:
        return "among the lowest 1 %"
    if percent > 99:
        return "among the highest 1 %"
    whole = round(percent)
    ending = "th" if 10 < whole < 20 else {1: "st", 2: "nd", 3: "rd"}.get(whole % 10, "th")
    return f"{whole}{ending} percentile"
