"""A task in a thread of this process, with the progress, cancellation, errors and time limit of a ``ProcessTask``."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from explorer.base import ExplorerError
from explorer.runs.tasks.process_task import LIMIT_S, TaskCancelledError, remaining_s, stuck, unexpected

TURN_S = 0.2  # between two looks at whether a task that waits for its turn is still wanted
T = TypeVar("T")
Note = Callable[[float], bool]  # takes the share done; True where the task shall end


class Turns:
    """Tasks that work one at a time, in the order of asking; one that is stuck is cancelled and loses its turn."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.line: deque[ThreadTask[Any]] = deque()  # the first one works

    def wait(self, task: ThreadTask[Any]) -> bool:
        """Join the end of the line until the turn comes; False where the task is no longer wanted before that."""
        with self.changed:
            self.line.append(task)
            while not task.unwanted():
                if self.line[0] is task:
                    return True
                if self.line[0].error is not None:
                    self.line[0].cancel()
                    self.leave(self.line[0])
                else:
                    self.changed.wait(TURN_S)
            self.leave(task)
        return False

    def pass_on(self, task: ThreadTask[Any]) -> None:
        """Let those who wait go first, so that a long task does not hold up short ones."""
        with self.changed:
            if len(self.line) > 1 and self.line[0] is task:
                self.leave(task)
                task.waiting = True
                self.wait(task)
                task.waiting, task.moved = False, time.monotonic()

    def leave(self, task: ThreadTask[Any]) -> None:
        """Give up the turn or the place in the line, where the task has one."""
        with self.changed:
            if task in self.line:
                self.line.remove(task)
            self.changed.notify_all()


class ThreadTask(Generic[T]):
    """A result that is being computed, begun at once; safe to read from other threads.

    Parameters
    ----------
    make : computes the result; it is given a function that notes the share done, 0 to 1, and returns True where the
        task was cancelled.
    title : what is done, for people.
    turns : shared by tasks that work one at a time.
    limit_s : seconds without progress after which the task counts as stuck.
    left : whether those for whom it works have left, so that it ends early; called often, from its thread.
    """

    def __init__(
        self,
        make: Callable[[Note], T],
        title: str,
        turns: Turns | None = None,
        limit_s: float = LIMIT_S,
        left: Callable[[], bool] = lambda: False,
    ) -> None:
        self.make, self.title, self.turns, self.limit_s, self.left = make, title, turns, limit_s, left
        self.done, self.moved = 0.0, time.monotonic()
        self.started: float | None = None  # monotonic seconds; None before its first turn
        self.waiting = False  # for another turn
        self.cancelled = threading.Event()
        self.result: Future[T] = Future()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Compute the result when the turn has come; what goes wrong is for those who wait for it."""
        if self.turns is not None and not self.turns.wait(self):
            self.result.set_exception(TaskCancelledError(f"{self.title} was cancelled."))
            return
        try:
            self.started = self.moved = time.monotonic()
            self.result.set_result(self.make(self.note))
        except BaseException as error:
            self.result.set_exception(error)
        finally:
            if self.turns is not None:
                self.turns.leave(self)

    def note(self, done: float) -> bool:
        """Note the share done, 0 to 1; True where the task shall end."""
        self.done, self.moved = done, time.monotonic()
        return self.unwanted()

    def unwanted(self) -> bool:
        """Whether the task shall end: it was cancelled, or those for whom it works have left."""
        if self.left():
            self.cancel()
        return self.cancelled.is_set()

    def cancel(self) -> None:
        """Ask it to end early."""
        self.cancelled.set()

    @property
    def running(self) -> bool:
        """Whether the result is still to come; not of a task that is stuck."""
        return self.thread.is_alive() and self.error is None

    @property
    def seconds_left(self) -> float | None:
        """The time left at the speed so far; None before there is one."""
        return None if self.started is None else remaining_s(self.done, time.monotonic() - self.started)

    @property
    def error(self) -> ExplorerError | None:
        """Why there is no result, or none for long; None where all is well or the task was cancelled."""
        if not self.result.done():
            silent_s = 0.0 if self.started is None or self.waiting else time.monotonic() - self.moved
            return stuck(self.title, silent_s, self.limit_s)
        error = self.result.exception()
        if error is None or isinstance(error, TaskCancelledError):
            return None
        return error if isinstance(error, ExplorerError) else unexpected(self.title, error)
