"""Files: written so that a reader never sees an incomplete one, and JSON that may be damaged."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from explorer.base.checksums import with_checksum, without_checksum
from explorer.base.errors import RESTORE, ExplorerError, damaged
from explorer.base.languages import _

IN_USE = (5, 32)  # what Windows answers for a file that others have open: access denied, sharing violation
IN_USE_S = 5.0  # for which such a file is tried again
IN_USE_STEP_S = 0.01
T = TypeVar("T")


def when_free(act: Callable[[], T]) -> T:
    """The result of ``act``, tried again for up to ``IN_USE_S`` seconds while others have its file open.

    Windows refuses to replace or delete a file that another process reads, and to open one that is being replaced.
    Raises the last refusal; any other OSError at once.
    """
    end = time.monotonic() + IN_USE_S
    while True:
        try:
            return act()
        except PermissionError as error:
            if getattr(error, "winerror", None) not in IN_USE or time.monotonic() >= end:
                raise
        time.sleep(IN_USE_STEP_S)


def write_atomic(path: Path, content: bytes) -> None:
    """Write to a temporary name in the same folder, then rename over ``path``.

    Raises ExplorerError when the folder cannot be written or the disk is full.
    """
    try:
        handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise unwritable(path.parent, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(partial, 0o644)
        when_free(lambda: os.replace(partial, path))
    except OSError as error:
        remove_files(Path(partial))
        raise unwritable(path.parent, error) from error


def unwritable(folder: Path, error: OSError) -> ExplorerError:
    """The sentence for a folder in which ``error`` prevents writing."""
    return ExplorerError(
        _("Could not write in {folder}: {reason}.").format(folder=folder, reason=error.strerror or error),
        _("Check its permissions and the free space, or choose another place."),
    )


def remove_files(*paths: Path) -> None:
    """Delete files, where they are there and can be deleted."""
    for path in paths:
        with contextlib.suppress(ExplorerError):
            remove_file(path)


def remove_file(path: Path) -> None:
    """Delete a file where it is there; ExplorerError where it cannot be deleted."""
    try:
        when_free(lambda: path.unlink(missing_ok=True))
    except OSError as error:
        raise unwritable(path.parent, error) from error


def ensure_folder(path: Path) -> Path:
    """The folder ``path``, made with its parents where missing; ExplorerError where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error
    return path


def write_json(path: Path, value: dict[str, Any]) -> None:
    """The JSON object with its checksum, readable, atomically."""
    write_atomic(path, json_bytes(value))


def json_bytes(value: dict[str, Any]) -> bytes:
    """The JSON object with its checksum, readable."""
    return (json.dumps(with_checksum(value), indent=2, allow_nan=False) + "\n").encode()


def read_json(path: Path, hint: str = RESTORE) -> dict[str, Any]:
    """The JSON object in ``path``; ExplorerError with ``hint`` when it is missing, truncated, altered or no object."""
    try:
        return without_checksum(json.loads(when_free(path.read_bytes)))
    except FileNotFoundError as error:
        raise ExplorerError(_("{path} is missing.").format(path=path), hint) from error
    except OSError as error:
        raise damaged(path, error.strerror, hint) from error
    except (ValueError, RecursionError) as error:
        raise damaged(path, error, hint) from error
