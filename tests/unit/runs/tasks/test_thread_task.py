"""Tasks in threads: progress, cancellation, errors and time limits; those that take turns."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from explorer.base.errors import ExplorerError
from explorer.runs.tasks.process_task import TaskCancelledError
from explorer.runs.tasks.thread_task import Note, ThreadTask, Turns
from tests.helpers import wait_for

WAIT_S = 60


def test_a_thread_gives_its_result_and_its_progress() -> None:
    go_on = threading.Event()

    def make(note: Note) -> str:
        note(0.5)
        assert go_on.wait(WAIT_S)
        return "made"

    task = ThreadTask(make, "Making")
    while task.done < 0.5:
        time.sleep(0.001)
    assert task.running
    assert task.seconds_left is not None
    go_on.set()
    assert task.result.result(WAIT_S) == "made"
    assert task.error is None


def test_a_thread_hears_that_it_is_cancelled() -> None:
    def make(note: Note) -> int:
        steps = 0
        while not note(0.1):
            steps += 1
            time.sleep(0.001)
        return steps

    task = ThreadTask(make, "Counting")
    task.cancel()
    assert task.result.result(WAIT_S) >= 0
    assert task.error is None


@contextlib.contextmanager
def held(turns: Turns) -> Iterator[None]:
    """Another task has the turn until the block ends."""
    over = threading.Event()
    holder = ThreadTask(lambda note: over.wait(WAIT_S), "Holding", turns)
    wait_for(lambda: holder.started is not None)
    try:
        yield
    finally:
        over.set()
        holder.thread.join(WAIT_S)


def test_a_thread_waits_for_its_turn_and_can_be_cancelled_meanwhile() -> None:
    turns = Turns()
    with held(turns):
        task = ThreadTask(lambda note: 1, "Waiting", turns)
        assert task.started is None
        task.cancel()
        task.thread.join(WAIT_S)
        assert not task.running
    assert isinstance(task.result.exception(), TaskCancelledError)
    assert task.error is None
    assert ThreadTask(lambda note: 2, "Next", turns).result.result(WAIT_S) == 2
    wait_for(lambda: not turns.line)


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order = Turns(), list[int]()

    def noted(number: int) -> Callable[[Note], None]:
        return lambda note: order.append(number)

    with held(turns):
        tasks = []
        for number in range(6):
            tasks.append(ThreadTask(noted(number), "One", turns))
            wait_for(lambda: len(turns.line) == len(tasks) + 1)
    for task in tasks:
        task.result.result(WAIT_S)
    assert order == [*range(6)]


def test_a_long_task_lets_a_short_one_pass() -> None:
    turns, come = Turns(), threading.Event()
    finished: list[str] = []

    def long(note: Note) -> None:
        assert come.wait(WAIT_S)
        for step in range(100):
            note(step / 100)
            turns.pass_on(slow)
        finished.append("long")

    slow = ThreadTask(long, "Long", turns)
    wait_for(lambda: slow.started is not None)
    quick = ThreadTask(lambda note: finished.append("short"), "Short", turns)
    wait_for(lambda: len(turns.line) == 2)
    come.set()
    slow.result.result(WAIT_S)
    quick.result.result(WAIT_S)
    assert finished == ["short", "long"]
    wait_for(lambda: not turns.line)


def test_what_nobody_waits_for_any_more_ends() -> None:
    turns, gone = Turns(), threading.Event()

    def endless(note: Note) -> str:
        while not note(0.5):
            time.sleep(0.001)
        return "ended"

    working, waiting = (ThreadTask(endless, "Endless", turns, left=gone.is_set) for _ in range(2))
    next_one = ThreadTask(lambda note: "made", "Next", turns)
    assert not next_one.result.done()
    gone.set()
    assert next_one.result.result(WAIT_S) == "made"
    assert working.result.result(WAIT_S) == "ended"
    assert isinstance(waiting.result.exception(WAIT_S), TaskCancelledError)


def test_a_stuck_task_loses_its_turn() -> None:
    turns, over = Turns(), threading.Event()
    stuck = ThreadTask(lambda note: over.wait(WAIT_S), "Standing", turns, limit_s=0.05)
    wait_for(lambda: stuck.started is not None)
    assert ThreadTask(lambda note: "made", "Next", turns).result.result(WAIT_S) == "made"
    assert stuck.cancelled.is_set()
    assert not stuck.running
    assert stuck.error is not None
    over.set()
    assert stuck.result.result(WAIT_S)
    assert ThreadTask(lambda note: 3, "Third", turns).result.result(WAIT_S) == 3


def test_who_waits_for_another_turn_is_not_stuck() -> None:
    turns = Turns()

    def steps(note: Note) -> None:
        note(0.5)
        wait_for(lambda: len(turns.line) > 1)
        turns.pass_on(steady)

    steady = ThreadTask(steps, "Steps", turns, limit_s=0.2)
    over = threading.Event()
    other = ThreadTask(lambda note: over.wait(WAIT_S), "Other", turns)
    wait_for(lambda: steady.waiting and time.monotonic() - steady.moved > steady.limit_s)
    assert steady.error is None
    assert steady.running
    over.set()
    steady.result.result(WAIT_S)
    assert other.result.result(WAIT_S)


@pytest.mark.parametrize(
    ("raised", "sentence"), [(ExplorerError("It broke."), "It broke."), (KeyError("x"), "Making ended unexpectedly")]
)
def test_the_error_of_a_thread_is_a_sentence(raised: Exception, sentence: str) -> None:
    def make(note: Note) -> None:
        raise raised

    task = ThreadTask(make, "Making")
    assert task.result.exception(WAIT_S) is raised
    assert task.error is not None
    assert sentence in task.error.message


def test_a_thread_without_progress_is_stuck() -> None:
    over = threading.Event()
    task = ThreadTask(lambda note: over.wait(WAIT_S), "Standing", limit_s=0.01)
    while task.error is None:
        time.sleep(0.001)
    assert "no progress" in task.error.message
    over.set()
