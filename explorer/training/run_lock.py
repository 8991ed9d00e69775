"""The lock that lets one process at a time train a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from explorer.base import ExplorerError, locked
from explorer.runs import Run
from explorer.runs.tasks import process_alive

# Earlier versions took ``lock``, which names a process and may be left behind; it means nothing now.
LOCK = "train.lock"


@contextmanager
def training_lock(run: Run) -> Iterator[None]:
    """Hold the run's lock; ExplorerError, at once, where another process or thread trains the run."""
    with ExitStack() as held:
        try:
            held.enter_context(locked(run.path / LOCK, wait=False))
        except BlockingIOError:
            raise in_training(run) from None
        yield


def in_training(run: Run) -> ExplorerError:
    """The sentence for a run whose lock is held; its process shows itself in the status a moment after it locks."""
    status = run.status()
    holder = f"process {status.pid}" if process_alive(status) else "another process"
    return ExplorerError(f"The run {run.name} is being trained by {holder}.", "Wait for it, or stop it first.")
