"""The names of data sets that are no entries of a table: a kind, a colon, and a path."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER, ARRAYS = "folder:", "arrays:"


def folder_path(text: str) -> Path:
    """The path in ``folder:PATH``."""
    return Path(os.path.expanduser(text.removeprefix(FOLDER)))


def path_meant(name: str) -> str:
    """How a data set is named by the path ``name``, where there is something; else ''."""
    if os.path.isdir(name):
        return f"For the folder write '{FOLDER}{name}'. "
    return f"For the file write '{ARRAYS}{name}'. " if os.path.isfile(name) else ""
