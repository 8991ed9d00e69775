"""A lock that processes share through a file; the system frees it when its holder dies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from explorer.base.files import unwritable


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone, among all processes and threads that use ``path``, until the block ends; waits for its turn.

    Raises ExplorerError when the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    except OSError as error:
        raise unwritable(path.parent, error) from error
    with file:  # closing it frees the lock
        acquire(file)
        yield


def acquire(file: BinaryIO) -> None:
    """Wait until nobody else has locked this file."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
