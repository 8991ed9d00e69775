"""Each kind of work gets the number of torch's threads that it should, whichever began first."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from explorer.base.runtime_settings import PROJECT
from explorer.base.threads import torch_threads
from explorer.base.threads.torch_threads import a_core_left, in_new_thread, threads_here, usable_cores, use_sane_threads


@pytest.fixture(autouse=True)
def three_threads() -> Iterator[None]:
    """A process in which torch has three threads, in this thread and in those to come."""
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def work() -> int:
    """The threads of torch that some work has got."""
    (torch.ones(200, 200) @ torch.ones(200, 200)).relu().sum()
    return torch.get_num_threads()


def test_a_core_is_left_and_given_back() -> None:
    with a_core_left():
        assert work() == 2
        with a_core_left(), a_core_left():
            assert work() == 1  # never none
        assert work() == 2
    assert work() == 3


@pytest.mark.parametrize("first", ["one thread", "another's work"])
def test_one_thread_s_number_is_not_that_of_others(first: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def decode() -> int:
        with threads_here(1):
            begun.set()
            assert go_on.wait(20)
            return work()

    with ThreadPoolExecutor(1) as early, ThreadPoolExecutor(1) as service:
        if first == "another's work":
            assert early.submit(work).result() == 3
        decoding = service.submit(decode)
        assert begun.wait(20)
        assert in_new_thread(work) == 3
        assert early.submit(work).result() == 3
        assert work() == 3
        with a_core_left():
            assert (work(), in_new_thread(work)) == (2, 3)
        go_on.set()
        assert decoding.result() == 1
        assert service.submit(work).result() == 3


def test_what_many_threads_do_at_once_is_given_back() -> None:
    def now_and_then() -> set[int]:
        seen = set()
        for _ in range(20):
            with a_core_left():
                seen.add(work())
        return seen

    with ThreadPoolExecutor(4) as pool:
        assert [one.result() for one in [pool.submit(now_and_then) for _ in range(4)]] == [{2}] * 4
    assert (work(), in_new_thread(work)) == (3, 3)


@pytest.mark.parametrize(("left", "cores", "threads"), [(0, 8, 3), (0, 2, 2), (1, 2, 1), (1, 1, 1), (1, 4, 3)])
def test_a_process_has_no_more_than_its_cores(
    left: int, cores: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(torch_threads, "usable_cores", lambda: cores)
    use_sane_threads(left)
    assert (work(), in_new_thread(work)) == (threads, threads)


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setattr(torch_threads, "usable_cores", lambda: 1)
    use_sane_threads(1)
    assert work() == 3


@pytest.mark.parametrize(("quota", "most"), [("150000 100000", 1), ("max 100000", 10**6), ("", 10**6)])
def test_a_container_s_quota_counts(quota: str, most: int, tmp_path: Path) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    assert 1 <= usable_cores(tmp_path / "cpu.max") <= most


def test_nothing_else_sets_them() -> None:
    code = [*PROJECT.glob("explorer/**/*.py"), *PROJECT.glob("models/*.py"), *PROJECT.glob("pages/*.py")]
    assert [path.name for path in code if "set_num_threads(" in path.read_text()] == ["torch_threads.py"]
