"""How a fit tells where it is, and how it is told to stop."""

from __future__ import annotations

import io
import re
from typing import Protocol

import numpy as np

from explorer.maps.fits.options import Points


class Watch(Protocol):
    """Is told the share done and, where they take shape, the points; True asks to stop."""

    def __call__(self, done: float, points: Points | None = None) -> bool | None: ...


class Stopped(Exception):  # noqa: N818
    """Ends a fit whose library has no other way to end early."""


class Reader(io.TextIOBase):
    """For methods without a callback: the iterations are read from what they print.

    ``shown`` [N, 2]: the points, where the method moves them in place.
    """

    def __init__(
        self, watch: Watch | None, pattern: str, total: int | None = None, shown: Points | None = None
    ) -> None:
        self.watch, self.pattern, self.total, self.shown = watch, pattern, total, shown

    def write(self, text: str) -> int:
        """Pass on the share of iterations done; raises Stopped where the watch asks for it."""
        found = re.search(self.pattern, text)
        if found and self.watch:
            points = None if self.shown is None else as_points(self.shown)
            if self.watch(min(int(found[1]) / (self.total or int(found[2])), 1.0), points):
                raise Stopped
        return len(text)


def as_points(values: object) -> Points:
    """A plain float32 array, a copy."""
    return np.array(values, dtype=np.float32)
