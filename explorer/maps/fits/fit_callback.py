"""Progress callbacks of a fit, through which it is also stopped early."""

from __future__ import annotations

import io
import re
from typing import Protocol

import numpy as np

from explorer.maps.fits.options import Points


class Watch(Protocol):
    """Called with the share done, 0 to 1, and the intermediate points where the method has them; True stops the fit."""

    def __call__(self, done: float, points: Points | None = None) -> bool | None: ...


class Stopped(Exception):  # noqa: N818
    """Raised inside a library's loop to end a fit that cannot be stopped otherwise."""


class IterationReader(io.TextIOBase):
    """A text stream for methods without a callback: iterations are parsed from what the library prints.

    Parameters
    ----------
    watch : the callback; None for none.
    pattern : its first group matches the iteration, its second the total unless ``total`` is given.
    total : number of iterations.
    shown : [N, 2]; the points that the method updates in place, passed to the callback.
    """

    def __init__(
        self, watch: Watch | None, pattern: str, total: int | None = None, shown: Points | None = None
    ) -> None:
        self.watch, self.pattern, self.total, self.shown = watch, pattern, total, shown

    def write(self, text: str) -> int:
        """Report the share of iterations done; raises Stopped if the callback returns True."""
        found = re.search(self.pattern, text)
        if found and self.watch:
            points = None if self.shown is None else as_points(self.shown)
            if self.watch(min(int(found[1]) / (self.total or int(found[2])), 1.0), points):
                raise Stopped
        return len(text)


def as_points(values: object) -> Points:
    """A float32 copy as a plain NumPy array."""
    return np.array(values, dtype=np.float32)
