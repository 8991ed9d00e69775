"""The lock between processes and threads: one holder at a time, free when its holder ends in whatever way."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from explorer.base.errors import ExplorerError
from explorer.base.file_lock import locked
from explorer.base.runtime_settings import PROJECT

HOLDER = """
import sys
from pathlib import Path
from explorer.base import locked
with locked(Path(sys.argv[1])):
    {before}
    print("held", flush=True)
    sys.stdin.read()
"""
# The parent goes on when the child says that it runs: until then the child may still have the parent's lock.
FORKED = "import os, time; there, here = os.pipe(); os.fork() and os.read(there, 1) or (os.write(here, b'.'), {then})"
FORK = FORKED.format(then="os.execlp('sleep', 'sleep', '60')")
FORK_ALONE = FORKED.format(then="time.sleep(60)")


def holder(path: Path, before: str = "pass") -> subprocess.Popen[str]:
    """A process that holds the lock until its input ends, and may do something ``before``."""
    command = [sys.executable, "-c", HOLDER.format(before=before), str(path)]
    process = subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


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


@pytest.mark.parametrize("before", ["pass", FORK, FORK_ALONE], ids=["alone", "a program started", "forked"])
def test_it_is_refused_while_another_process_holds_it_and_free_when_that_is_killed(tmp_path: Path, before: str) -> None:
    path = tmp_path / "lock"
    process = holder(path, before)
    try:
        with pytest.raises(BlockingIOError), locked(path, wait=False):
            pass
        process.kill()
        process.wait()
        with locked(path, wait=False):
            pass
    finally:
        os.killpg(process.pid, 9) if before != "pass" else process.kill()
        process.communicate()


COUNTER = """
import sys
from pathlib import Path
from explorer.base import locked
folder = Path(sys.argv[1])
for _ in range(200):
    with locked(folder / "lock"):
        count = int((folder / "count").read_text())
        (folder / "count").write_text(str(count + 1))
"""


def test_no_two_processes_hold_it_though_each_deletes_the_file(tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    command = [sys.executable, "-c", COUNTER, str(tmp_path)]
    processes = [subprocess.Popen(command, cwd=PROJECT) for _ in range(3)]
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    assert (tmp_path / "count").read_text() == "600"
    assert not (tmp_path / "lock").exists()


def test_a_waiting_process_gets_it_when_the_holder_lets_go(tmp_path: Path) -> None:
    process = holder(tmp_path / "lock")
    threading.Timer(0.3, process.communicate).start()
    with locked(tmp_path / "lock"):
        assert process.wait() == 0


def test_a_thread_is_not_let_in_twice(tmp_path: Path) -> None:
    with locked(tmp_path / "lock"):
        with pytest.raises(BlockingIOError), locked(tmp_path / "lock", wait=False):
            pass
        with pytest.raises(RuntimeError, match="Deadlock"), locked(tmp_path / "lock"):
            pass
    with locked(tmp_path / "lock", wait=False):
        pass


def test_an_error_inside_frees_it(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "lock"):
        raise ZeroDivisionError
    with locked(tmp_path / "lock", wait=False):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks of its own")
@pytest.mark.parametrize("code", [errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK], ids=errno.errorcode.get)
def test_a_file_system_without_locks_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def flock(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(ExplorerError, match=f"Could not write in .*: {os.strerror(code)}"), locked(tmp_path / "lock"):
        pass
