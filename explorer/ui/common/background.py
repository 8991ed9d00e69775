"""Computations in background threads, shared by all visitors (``explorer.runs.tasks``), with progress on the page."""

from __future__ import annotations

from concurrent.futures import wait
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import streamlit as st

from explorer.base import duration
from explorer.base.languages import N_, _
from explorer.datasets import Split
from explorer.image_lab.scores import ScoreQuantiles, score_quantiles_of
from explorer.inference import Latents, latents_of
from explorer.runs import LoadedRun
from explorer.runs.tasks import ThreadTask

if TYPE_CHECKING:
    from streamlit.runtime.caching.cache_utils import CachedFunc

ENCODING: dict[Split, str] = {"train": N_("Encoding the training images"), "test": N_("Encoding the test images")}
SCORING = N_("Scoring held-out images, once for this model")
QUIET_S = 1.0  # in which nothing is shown
STEP_S = 0.25
T = TypeVar("T")
P = ParamSpec("P")


def encoding(run: LoadedRun, split: Split) -> ThreadTask[Latents]:
    """The latents of a split, read or computed."""
    from explorer.inference import model_of

    return ThreadTask(lambda note: latents_of(run, split, model_of(run), note), ENCODING[split])


def computing_quantiles(run: LoadedRun) -> ThreadTask[ScoreQuantiles]:
    """The score quantiles of the held-out images, read or computed."""
    return ThreadTask(lambda note: score_quantiles_of(run, note), SCORING)


def awaited(begin: CachedFunc[P, ThreadTask[T]], *of: P.args, **named: P.kwargs) -> T:
    """The result of a task that a cache keeps; its progress is shown where it takes longer than ``QUIET_S``.

    Raises the task's error, and drops the task from the cache, so that the next script run begins it again.
    """
    try:
        return watched(begin(*of, **named))
    except Exception:
        begin.clear(*of, **named)
        raise


def watched(task: ThreadTask[T]) -> T:
    """Wait for the result, with a progress bar. Raises the task's error; ExplorerError for one that is stuck."""
    if not wait([task.result], QUIET_S).done:
        place = st.empty()
        while not wait([task.result], STEP_S).done:
            place.progress(task.done, text=progress_text(task))
            if task.error is not None:
                raise task.error
        place.empty()
    return task.result.result()


def progress_text(task: ThreadTask[T]) -> str:
    """What is done and how long it will take."""
    left = task.seconds_left
    title = _(task.title)
    return title if left is None else _("{title}, {duration} left").format(title=title, duration=duration(left))
