"""What may take a while goes on in a thread of its own, and all who wait for it see how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Generic, TypeVar

import streamlit as st

from explorer.evaluation import Progress
from explorer.units import duration

QUIET_S = 1.0  # in which nothing is shown
STEP_S = 0.25
Result = TypeVar("Result")


class Work(Generic[Result]):
    """Begun at once; the same for all visitors. ``do`` is told where to say how much is done, 0 to 1."""

    def __init__(self, title: str, do: Callable[[Progress], Result]) -> None:
        self.title, self.do = title, do
        self.started, self.done = time.monotonic(), 0.0
        self.result: Future[Result] = Future()
        Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """Do it; what goes wrong is for those who wait."""
        try:
            self.result.set_result(self.do(self.note))
        except BaseException as error:
            self.result.set_exception(error)

    def note(self, done: float) -> None:
        """How much is done, 0 to 1."""
        self.done = done

    def words(self) -> str:
        """How far it is."""
        left = (time.monotonic() - self.started) / self.done * (1 - self.done) if self.done else None
        return self.title + ("" if left is None else f", {duration(left)} left")


def watched(work: Work[Result]) -> Result:
    """Wait for it, showing how far it is. Raises what it raised."""
    if not wait([work.result], QUIET_S).done:
        place = st.empty()
        while not wait([work.result], STEP_S).done:
            place.progress(work.done, text=work.words())
        place.empty()
    return work.result.result()
