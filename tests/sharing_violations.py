"""Files that others have open, as Windows treats them: it refuses to replace and to delete them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from explorer.base import files

REFUSED = ("replace", "unlink")


def refuse(monkeypatch: pytest.MonkeyPatch, times: int, folder: Path) -> Counter[str]:
    """Refuse each change of a file in ``folder`` so many ``times`` before it is done; counts the refusals."""
    refusals: Counter[str] = Counter()
    monkeypatch.setattr(files, "IN_USE_STEP_S", 0.0)
    for name in REFUSED:
        monkeypatch.setattr(os, name, refused(getattr(os, name), name, times, folder, refusals))
    return refusals


def refused(act: Callable[..., Any], name: str, times: int, folder: Path, refusals: Counter[str]) -> Callable[..., Any]:
    """``act`` on a file, done only after ``times`` refusals."""
    tried: Counter[str] = Counter()

    def attempt(*arguments: Any, **named: Any) -> Any:
        path = str(arguments[-1] if name == "replace" else arguments[0])
        tried[path] += 1
        if Path(path).is_relative_to(folder) and tried[path] % (times + 1):
            refusals[name] += 1
            raise violation()
        return act(*arguments, **named)

    return attempt


def violation() -> PermissionError:
    """The error that Python raises on Windows."""
    error = PermissionError(13, "The process cannot access the file because it is being used by another process")
    error.winerror = 32  # type: ignore[attr-defined]  # an attribute of Windows only
    return error
