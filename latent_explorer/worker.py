"""The process in which the models of this process work, started when first asked and ended with it."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
from collections.abc import Sequence
from typing import Any

from latent_explorer.errors import ExplorerError
from latent_explorer.messages import Array, receive, send
from latent_explorer.places import core_module, environment

END_S = 5.0
SETTINGS = "EXPLORER_"  # begins the variables that the process reads once


class Worker:
    """A process that answers ``latent_explorer.core.requests``, one at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None
        self.settings: dict[str, str] = {}

    def ask(self, request: str, *arrays: Array, **facts: Any) -> tuple[dict[str, Any], list[Array]]:
        """The facts and arrays of the answer.

        Raises
        ------
        ExplorerError
            As the request does, and where the process ended, for example for lack of memory.
        """
        with self.lock:
            process = self.running()
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                send(process.stdin, {"request": request, "facts": facts, "cwd": os.getcwd()}, arrays)
                answer, found = receive(process.stdout)
            except (EOFError, OSError) as error:
                status = self.end()
                raise ExplorerError(
                    f"The process of the models ended (exit status {status}).",
                    "It may have needed more memory than there is; try fewer images at once.",
                ) from error
            except BaseException:  # interrupted: what it still answers belongs to no request
                self.end()
                raise
        if "error" in answer:
            raise ExplorerError(answer["error"]["message"], answer["error"]["hint"])
        if "failure" in answer:
            raise RuntimeError(answer["failure"])
        return answer["facts"], found

    def running(self) -> subprocess.Popen[bytes]:
        """The process; another one where it has ended, belongs to a parent of this process, or has other settings."""
        wanted = {name: value for name, value in environment().items() if name.startswith(SETTINGS)}
        if self.process is not None and (self.process.poll() is not None or self.settings != wanted):
            self.end()
        if self.process is None:
            self.settings = wanted
            self.process = subprocess.Popen(
                core_module("worker"), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self.process

    def end(self) -> int | None:
        """End the process and return its exit status; None where there is none."""
        process, self.process = self.process, None
        if process is None:
            return None
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            with contextlib.suppress(OSError):  # a flush of what nobody reads
                stream.close()
        try:
            return process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def forget(self) -> None:
        """Leave the process to the parent of this one, and have another."""
        self.lock, self.process = threading.Lock(), None


WORKER = Worker()


def ask(request: str, *arrays: Array, **facts: Any) -> tuple[dict[str, Any], Sequence[Array]]:
    """As ``Worker.ask``, of the one worker of this process."""
    return WORKER.ask(request, *arrays, **facts)


atexit.register(WORKER.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=WORKER.forget)
