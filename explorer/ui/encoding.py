"""To encode a split may take a while: it goes on in a thread of its own, and all who wait see how far it is."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from threading import Thread

import streamlit as st

from explorer.datasets import Split
from explorer.latents import Latents, latents_of
from explorer.map_images import NOUNS
from explorer.runs import Run
from explorer.units import duration

QUIET_S = 1.0  # in which nothing is shown
STEP_S = 0.25


class Encoding:
    """The latents of a split, begun at once; the same for all visitors."""

    def __init__(self, run: Run, split: Split) -> None:
        self.run, self.split = run, split
        self.started, self.done = time.monotonic(), 0.0
        self.result: Future[Latents] = Future()
        Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        """Read or compute them; what goes wrong is for those who wait."""
        from explorer.decoding import model_of

        try:
            self.result.set_result(latents_of(self.run, self.split, model_of(self.run), self.note))
        except BaseException as error:
            self.result.set_exception(error)

    def note(self, done: float) -> None:
        """How much is done, 0 to 1."""
        self.done = done

    def words(self) -> str:
        """How far it is."""
        left = (time.monotonic() - self.started) / self.done * (1 - self.done) if self.done else None
        return f"Encoding the {NOUNS[self.split]}" + ("" if left is None else f", {duration(left)} left")


def watched(encoding: Encoding) -> Latents:
    """Wait for them, showing how far they are. Raises ExplorerError as ``latents_of``."""
    if not wait([encoding.result], QUIET_S).done:
        place = st.empty()
        while not wait([encoding.result], STEP_S).done:
            place.progress(encoding.done, text=encoding.words())
        place.empty()
    return encoding.result.result()
