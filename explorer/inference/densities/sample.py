"""What a density is fitted to, and what every density can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Arrays = dict[str, NDArray[np.generic]]
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Sample:
    """Codes in the coordinates of a ``Frame`` [N, D] with their classes [N], numbers below ``classes``.

    Without a class condition there is one class, 0.
    """

    codes: Floats
    labels: Labels
    classes: int = 1

    def __len__(self) -> int:
        """The number of codes."""
        return len(self.codes)

    @property
    def dims(self) -> int:
        """D."""
        return self.codes.shape[1]

    def at(self, places: NDArray[np.int64]) -> Sample:
        """The codes at ``places``."""
        return Sample(self.codes[places], self.labels[places], self.classes)

    def of_class(self, label: int) -> Floats:
        """The codes of one class, [n, D]."""
        return self.codes[self.labels == label]


class Density(Protocol):
    """A density of codes, given their class."""

    def draw(self, labels: Labels, temperature: float, rng: np.random.Generator) -> Floats:
        """A code of each class of ``labels`` [N]: [N, D].

        The temperature is the standard deviation of the normal noise that each draw is made of.
        """
        ...

    def log_density(self, codes: Floats, labels: Labels) -> Floats:
        """log p(code | class) of each code [N, D], in nats: [N]."""
        ...

    def arrays(self) -> Arrays:
        """What it is kept as."""
        ...
