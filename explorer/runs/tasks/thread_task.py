"""A task in a thread of this process, with the progress, cancellation, errors and time limit of a ``ProcessTask``."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from explorer.base import ExplorerError
from explorer.runs.tasks.process_task import LIMIT_S, TaskCancelledError, remaining_s, stuck, unexpected

TURN_S = 0.2  # between two looks at whether a task that waits for its turn is still wanted
T = TypeVar("T")
Note = Callable[[float], bool]  # takes the share done; True where the task shall end


class ThreadTask(Generic[T]):
    """A result that is being computed, begun at once; safe to read from other threads.

    Parameters
    ----------
    make : computes the result; it is given a function that notes the share done, 0 to 1, and returns True where the
        task was cancelled.
    title : what is done, for people.
    turn : a lock that is held meanwhile, where such tasks run one after the other.
    limit_s : seconds without progress after which the task counts as stuck.
    """

    def __init__(
        self, make: Callable[[Note], T], title: str, turn: threading.Lock | None = None, limit_s: float = LIMIT_S
    ) -> None:
        self.make, self.title, self.turn, self.limit_s = make, title, turn, limit_s
        self.done, self.moved = 0.0, time.monotonic()
        self.started: float | None = None  # monotonic seconds; None while it waits for its turn
        self.cancelled = threading.Event()
        self.result: Future[T] = Future()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Compute the result when the turn has come; what goes wrong is for those who wait for it."""
        if not self.has_turn():
            self.result.set_exception(TaskCancelledError(f"{self.title} was cancelled."))
            return
        try:
            self.started = self.moved = time.monotonic()
            self.result.set_result(self.make(self.note))
        except BaseException as error:
            self.result.set_exception(error)
        finally:
            if self.turn is not None:
                self.turn.release()

    def has_turn(self) -> bool:
        """Wait for the turn; False where the task was cancelled before it came."""
        while self.turn is not None and not self.turn.acquire(timeout=TURN_S):
            if self.cancelled.is_set():
                return False
        return True

    def note(self, done: float) -> bool:
        """Note the share done, 0 to 1; True where the task shall end."""
        self.done, self.moved = done, time.monotonic()
        return self.cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to end early."""
        self.cancelled.set()

    @property
    def running(self) -> bool:
        """Whether the result is still to come."""
        return self.thread.is_alive()

    @property
    def seconds_left(self) -> float | None:
        """The time left at the speed so far; None before there is one."""
        return None if self.started is None else remaining_s(self.done, time.monotonic() - self.started)

    @property
    def error(self) -> ExplorerError | None:
        """Why there is no result, or none for long; None where all is well or the task was cancelled."""
        if not self.result.done():
            silent_s = 0.0 if self.started is None else time.monotonic() - self.moved
            return stuck(self.title, silent_s, self.limit_s)
        error = self.result.exception()
        if error is None or isinstance(error, TaskCancelledError):
            return None
        return error if isinstance(error, ExplorerError) else unexpected(self.title, error)
