"""What takes a while is worked out in a thread of its own, and all who wait see how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

import streamlit as st

from explorer.base import duration
from explorer.datasets import Split
from explorer.image_lab.scores import Calibration, calibration_of
from explorer.inference import Latents, latents_of
from explorer.inference.likelihood import Progress
from explorer.maps.fits import NOUNS
from explorer.runs import LoadedRun

if TYPE_CHECKING:
    from streamlit.runtime.caching.cache_utils import CachedFunc

QUIET_S = 1.0  # in which nothing is shown
STEP_S = 0.25
T = TypeVar("T")
P = ParamSpec("P")


class Work(Generic[T]):
    """A result that is on its way, begun at once; the same for all visitors. ``doing`` says what is done."""

    def __init__(self, make: Callable[[Progress], T], doing: str) -> None:
        self.make, self.doing = make, doing
        self.started, self.done = time.monotonic(), 0.0
        self.result: Future[T] = Future()
        Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """Make it; what goes wrong is for those who wait."""
        try:
            self.result.set_result(self.make(self.note))
        except BaseException as error:
            self.result.set_exception(error)

    def note(self, done: float) -> None:
        """How much is done, 0 to 1."""
        self.done = done

    def words(self) -> str:
        """How far it is."""
        left = (time.monotonic() - self.started) / self.done * (1 - self.done) if self.done else None
        return self.doing + ("" if left is None else f", {duration(left)} left")


def encoding(run: LoadedRun, split: Split) -> Work[Latents]:
    """The latents of a split, read or computed."""
    from explorer.inference import model_of

    return Work(lambda note: latents_of(run, split, model_of(run), note), f"Encoding the {NOUNS[split]}")


def calibrating(run: LoadedRun) -> Work[Calibration]:
    """The scores of held-out images, read or computed."""
    return Work(lambda note: calibration_of(run, note), "Judging held-out images, once for this model")


def awaited(begin: CachedFunc[P, Work[T]], *of: P.args, **named: P.kwargs) -> T:
    """The result of work that a cache keeps; how far it is is shown where it takes a while.

    Raises what went wrong, and drops the work from the cache, so that the next look tries again.
    """
    try:
        return watched(begin(*of, **named))
    except Exception:
        begin.clear(*of, **named)
        raise


def watched(work: Work[T]) -> T:
    """Wait for it, showing how far it is. Raises what went wrong."""
    if not wait([work.result], QUIET_S).done:
        place = st.empty()
        while not wait([work.result], STEP_S).done:
            place.progress(work.done, text=work.words())
        place.empty()
    return work.result.result()
