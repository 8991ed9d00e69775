"""A lock that processes share through a file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from explorer.base.files import ensure_folder, unwritable


@contextmanager
def locked(path: Path, wait: bool = True) -> Iterator[None]:
    """Hold the lock file ``path``, alone among all processes and threads, until the block ends.

    The operating system frees the lock when its holder ends, however it ends; the file itself means nothing. Its holder
    deletes it while it still has the lock: filelock gives back a lock on a deleted file and tries again, so that nobody
    holds a file that others do not see. A thread that waits for a lock that it holds itself gets a RuntimeError.

    On a file system without ``flock`` the lock is refused: filelock's fallback there, a file whose existence is the
    lock, does not exclude others (each attempt first deletes the file it finds) and outlives a killed holder.

    Raises
    ------
    BlockingIOError
        When another holds the lock and ``wait`` is false.
    ExplorerError
        When the folder cannot be written, or its file system refuses locks.
    """
    from filelock import FileLock, Timeout

    # A new instance for each call: one instance lets the thread that holds it in again.
    lock = FileLock(ensure_folder(path.parent) / path.name, fallback_to_soft=False)
    try:
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout as error:
        raise BlockingIOError(f"{path} is locked.") from error
    except OSError as error:
        raise unwritable(path.parent, error) from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no file that is open; filelock does it there when it lets go
            path.unlink(missing_ok=True)
        lock.release()
