"""Long computations in a background thread, shared by all visitors, with progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Generic, TypeVar

import streamlit as st

from explorer.base import duration
from explorer.datasets import Split
from explorer.image_lab.scores import ScoreQuantiles, score_quantiles_of
from explorer.inference import Latents, latents_of
from explorer.inference.likelihood import Progress
from explorer.maps import NOUNS
from explorer.runs import Run

QUIET_S = 1.0  # in which nothing is shown
STEP_S = 0.25
T = TypeVar("T")


class Work(Generic[T]):
    """A computation started at construction and shared by all visitors; ``doing`` is its label."""

    def __init__(self, make: Callable[[Progress], T], doing: str) -> None:
        self.make, self.doing = make, doing
        self.started, self.done = time.monotonic(), 0.0
        self.result: Future[T] = Future()
        Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """Run the computation; an exception is passed to those who wait."""
        try:
            self.result.set_result(self.make(self.note))
        except BaseException as error:
            self.result.set_exception(error)

    def note(self, done: float) -> None:
        """Report the share done, 0 to 1."""
        self.done = done

    def words(self) -> str:
        """The label with an estimate of the time left."""
        left = (time.monotonic() - self.started) / self.done * (1 - self.done) if self.done else None
        return self.doing + ("" if left is None else f", {duration(left)} left")


def encoding(run: Run, split: Split) -> Work[Latents]:
    """The latents of a split, read or computed."""
    from explorer.inference import model_of

    return Work(lambda note: latents_of(run, split, model_of(run), note), f"Encoding the {NOUNS[split]}")


def computing_quantiles(run: Run) -> Work[ScoreQuantiles]:
    """The score quantiles of the held-out images, read or computed."""
    return Work(lambda note: score_quantiles_of(run, note), "Scoring held-out images, once for this model")


def watched(work: Work[T]) -> T:
    """Wait for the result, with a progress bar. Raises the exception of the computation."""
    if not wait([work.result], QUIET_S).done:
        place = st.empty()
        while not wait([work.result], STEP_S).done:
            place.progress(work.done, text=work.words())
        place.empty()
    return work.result.result()
