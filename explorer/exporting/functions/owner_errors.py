"""Errors in the code of a model's owner, as one sentence with the place."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import ExplorerError

EXPLORER = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OURS = (EXPLORER + os.sep, os.path.join(os.path.dirname(EXPLORER), "latent_explorer") + os.sep)
REFERENCE = "(Refer to"  # begins torch's hint at a trace that is not shown
MOST_LETTERS = 200  # of what an error says


@contextmanager
def in_owners_code(what: str) -> Iterator[None]:
    """Turn whatever the owner's code raises into an ExplorerError, also an attempt to leave the process."""
    try:
        yield
    except (Exception, SystemExit) as error:
        raise ExplorerError(f"{what} failed{place_of(error)}: {last_line(error)}.", "Mend it there.") from error


def last_line(error: BaseException) -> str:
    """The error's class and the last line of what it says."""
    every = (line.strip() for line in str(error).splitlines())
    lines = [line for line in every if line and not line.startswith(REFERENCE)]
    said = lines[-1][:MOST_LETTERS].rstrip(".") if lines else ""
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def place_of(error: BaseException) -> str:
    """ " at FILE:LINE" of the innermost call in the owner's code; of a syntax error, where it is; else nothing."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" at {os.path.basename(error.filename)}:{error.lineno}"
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if is_owners(frame.filename)]
    return f" at {os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else ""


def is_owners(file: str) -> bool:
    """Whether the file is neither ours, nor installed, nor Python's own, nor made up."""
    others = ("<", os.path.dirname(os.__file__), *OURS)
    return "site-packages" not in file and not file.startswith(others)
