"""The lock file: one at a time, and a sentence where there can be none."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.file_lock import locked


def test_the_lock_is_for_one_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def enter() -> None:
        with locked(tmp_path / "new" / "lock"):
            inside.append(1)
            most.append(len(inside))
            inside.pop()

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_a_place_that_cannot_be_locked_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExplorerError, match="Could not write"), locked(tmp_path / "file" / "lock"):
        pass
