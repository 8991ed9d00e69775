"""Models as a page takes them: folders in the data root that hold some, and files that a visitor uploads."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from explorer.base import ExplorerError, write_atomic
from explorer.base.languages import _

SUFFIXES = (".pt", ".pth", ".ckpt", ".safetensors", ".onnx")
DEPTH = 3
MOST_FOLDERS = 2000  # looked into
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._ +()-]{0,99}")
MOST_FILES = 20


def model_folders(root: Path) -> list[Path]:
    """Folders up to ``DEPTH`` levels below ``root`` with a model's file in them; links are not followed."""
    found: list[Path] = []
    for looked, (folder, below, files) in enumerate(os.walk(root)):
        if looked == MOST_FOLDERS:
            break
        path = Path(folder)
        below[:] = sorted(name for name in below if not name.startswith("."))
        if len(path.relative_to(root).parts) == DEPTH:
            below.clear()
        if path != root and any(name.lower().endswith(SUFFIXES) for name in files):
            found.append(path)
    return found


@contextmanager
def uploaded(files: Sequence[tuple[str, bytes]]) -> Iterator[Path]:
    """The place of files by name and content, in a folder of their own that is removed afterwards.

    A lone file is its own place. Raises ExplorerError for names that are not plain or occur twice, and too many files.
    """
    names = [name for name, _ in files]
    if not 0 < len(names) <= MOST_FILES:
        raise ExplorerError(
            _("These are {n} files.").format(n=len(names)),
            _("Bring the model's own, {most_files} at most, or a zip.").format(most_files=MOST_FILES),
        )
    for name in names:
        if not PLAIN.fullmatch(name) or names.count(name) > 1:
            raise ExplorerError(
                _("A file is called '{name}', or two are.").format(name=name[:100]),
                _("Use letters, digits, '.', '_' and '-', each name once."),
            )
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            write_atomic(Path(folder) / name, content)
        yield Path(folder) / names[0] if len(names) == 1 else Path(folder)
