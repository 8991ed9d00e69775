"""The process that answers requests of ``latent_explorer.worker``, until its standard input ends.

Requests come on standard input, answers go to what was standard output; what else is printed goes to standard error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
import warnings
from typing import IO, Any

from explorer.base import ExplorerError
from latent_explorer.core.requests import REQUESTS
from latent_explorer.messages import Array, receive, send


def main() -> None:
    """Answer all requests."""
    warnings.filterwarnings("ignore", category=UserWarning, module="onnx2pytorch")  # of its own code
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with contextlib.suppress(EOFError, BrokenPipeError):
        answer_all(sys.stdin.buffer, answers)


def answer_all(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer one request after the other. Raises EOFError when there is no further one."""
    while True:
        asked, arrays = receive(requests)
        with contextlib.suppress(OSError):  # where that folder is gone
            os.chdir(asked["cwd"])  # relative paths are those of who asks
        facts, found = answered(asked, arrays)
        send(answers, facts, found)


def answered(asked: dict[str, Any], arrays: list[Array]) -> tuple[dict[str, Any], list[Array]]:
    """The answer to one request, or what prevents it."""
    try:
        facts, found = REQUESTS[asked["request"]](asked["facts"], arrays)
    except ExplorerError as error:
        return {"error": {"message": error.message, "hint": error.hint}}, []
    except Exception:  # a fault of ours: who asked sees it, and can ask on
        return {"failure": traceback.format_exc()}, []
    return {"facts": facts}, found


if __name__ == "__main__":
    main()
