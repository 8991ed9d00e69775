"""The number of threads of torch's work: of a process at its start, and of one thread while it does something."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
LOCK = threading.Lock()


def use_sane_threads(left: int = 0) -> None:
    """Limit torch's threads to the cores that this process may use, unless OMP_NUM_THREADS sets their number.

    It holds for the calling thread and for all that start later. A server has one core ``left`` for the event loop and
    the decode thread.
    """
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(max(1, min(torch.get_num_threads(), usable_cores() - left)))


def usable_cores(cgroup: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """The number of cores that this process may use: its affinity and, in a container, its CPU quota."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = cgroup.read_text().split()
        share = int(quota) // int(period)
    except (OSError, ValueError):  # no container, or one without a limit ('max')
        return cores
    return max(1, min(cores, share))


def set_threads_here(count: int) -> None:
    """Give torch's work on the calling thread ``count`` threads; other threads keep what they have.

    ``torch.set_num_threads`` is of the calling thread, and besides of all threads whose first work for torch comes
    later. These get back what they had from a thread that ends at once.
    """
    import torch

    with LOCK:
        of_later_ones = in_new_thread(torch.get_num_threads)
        torch.get_num_threads()  # first work: else it would take the number of the later ones with its next
        torch.set_num_threads(count)
        in_new_thread(lambda: torch.set_num_threads(of_later_ones))


def threads_of_this_one() -> int:
    """The calling thread's number; with its first work for torch it must not see what another thread is given."""
    import torch

    with LOCK:
        return torch.get_num_threads()


def in_new_thread(call: Callable[[], T]) -> T:
    """The result of ``call`` in a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result()


@contextmanager
def threads_here(count: int) -> Iterator[None]:
    """Until the block ends torch works with ``count`` threads on the calling thread, and as before on others."""
    before = threads_of_this_one()
    set_threads_here(count)
    try:
        yield
    finally:
        set_threads_here(before)


@contextmanager
def a_core_left() -> Iterator[None]:
    """Torch uses one thread less until the block ends, so that another thread of Python has a core to itself.

    Torch's threads wait for one another at each step: one of them without a core of its own delays all.
    """
    with threads_here(max(1, threads_of_this_one() - 1)):
        yield
