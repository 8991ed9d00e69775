"""The last z and the last selection in each run, of all visitors of this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from explorer.base import settings

MOST_RUNS = 64


@dataclass(frozen=True)
class Choices:
    """What was last chosen in a run.

    Attributes
    ----------
    z : the code where the sliders stand, [K]; None where nobody has moved them.
    split, selection : of the map: whose images are shown, and the numbers of those that are selected; None: none.
    """

    z: NDArray[np.float32] | None = None
    split: str = ""
    selection: NDArray[np.int64] | None = None


class LastChoices:
    """The choices by the name of the run, the latest last. Thread-safe."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.by_run: OrderedDict[str, Choices] = OrderedDict()

    def note(self, run: str, **changes: object) -> None:
        """Change what is known of a run; nothing where nobody may ask for it."""
        if not settings().token:
            return
        with self.lock:
            self.by_run[run] = replace(self.by_run.get(run, Choices()), **changes)  # type: ignore[arg-type]
            self.by_run.move_to_end(run)
            while len(self.by_run) > MOST_RUNS:
                self.by_run.popitem(last=False)

    def of(self, run: str) -> Choices:
        """What was chosen in a run."""
        with self.lock:
            return self.by_run.get(run, Choices())


LAST = LastChoices()


def note_z(run: str, z: NDArray[np.floating]) -> None:
    """The sliders of a run stand at z, [K]."""
    LAST.note(run, z=np.array(z, np.float32))


def note_selection(run: str, split: str, numbers: NDArray[np.int64] | None) -> None:
    """The images ``numbers`` of a split are selected on the map of a run; None: none are."""
    LAST.note(run, split=split, selection=numbers)
