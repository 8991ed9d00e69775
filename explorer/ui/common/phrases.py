"""Phrases shared by several pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.base import counted
from explorer.base.languages import N_, _
from explorer.inference.likelihood import LEAST_FOR_PERCENTILE, percentile

NO_ELBO = N_("An autoencoder's code is a point: it has no KL, no ELBO and no prior.")


NTH = N_("{n}th percentile")
BY_LAST_DIGIT = {1: N_("{n}st percentile"), 2: N_("{n}nd percentile"), 3: N_("{n}rd percentile")}
OTHERS = {
    "image": (N_("image"), N_("images")),
    "other image": (N_("other image"), N_("other images")),
    "test image": (N_("test image"), N_("test images")),
    "held-out image": (N_("held-out image"), N_("held-out images")),
}  # among which a value stands


def standing(values: NDArray[np.floating], value: float, noun: str) -> str:
    """Where a value stands among those of others: '72nd percentile of held-out images', 'higher than 3 of 5 ...'.

    ``noun`` names one of the others. A percentile takes ``LEAST_FOR_PERCENTILE`` of them.
    """
    n, below = len(values), int(np.count_nonzero(values < value))
    one, many = OTHERS[noun]
    if n >= LEAST_FOR_PERCENTILE:
        return _("{rank} of {images}").format(rank=rank(percentile(values, value)), images=_(many))
    if n == 1:
        text = _("higher than the only {image}") if below else _("not higher than the only {image}")
        return text.format(image=_(one))
    if below == 0:
        return _("not higher than any of {count}").format(count=counted(n, noun))
    if below == n:
        return _("higher than all {count}").format(count=counted(n, noun))
    return _("higher than {below} of {count}").format(below=below, count=counted(n, noun))


def rank(percent: float) -> str:
    """A percentile in words: '72nd percentile'; at the ends 'among the lowest 1 %'."""
    if percent < 1:
        return _("among the lowest 1 %")
    if percent > 99:
        return _("among the highest 1 %")
    whole = round(percent)
    last = 0 if 10 < whole < 20 else whole % 10
    return _(BY_LAST_DIGIT.get(last, NTH)).format(n=whole)
