"""Every path and every dotted name of the project that the docs mention exists."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from explorer.base.runtime_settings import PROJECT

TEXTS = sorted([PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *(PROJECT / "docs").rglob("*.md")])
LINK_TARGET = re.compile(r"\]\([^)]*\)")  # checked by test_docs_index
PATH = re.compile(r"(?<![\w./-])(?:explorer|models|pages|tests|benchmarks|scripts)/[\w./*-]*")
DOTTED = re.compile(r"(?<![\w./-])(?:explorer|models)(?:\.[A-Za-z_]\w*)+(?!/)")

named = pytest.mark.parametrize("text", TEXTS, ids=lambda path: str(path.relative_to(PROJECT)))


def prose(text: Path) -> str:
    """The page without the targets of its links."""
    return LINK_TARGET.sub("]", text.read_text(encoding="utf-8"))


def exists(path: str) -> bool:
    """Whether a path, which may have wildcards, is in the project."""
    return any(PROJECT.glob(path.rstrip("./")))


def resolves(name: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


@named
def test_paths_exist(text: Path) -> None:
    assert [path for path in PATH.findall(prose(text)) if not exists(path)] == []


@named
def test_dotted_names_exist(text: Path) -> None:
    assert [name for name in DOTTED.findall(prose(text)) if not resolves(name)] == []


def test_the_check_finds_what_is_missing() -> None:
    found = [*PATH.findall("see `explorer/maps/placing.py`, `pages/*.py`"), *DOTTED.findall("`explorer.maps.placer`")]
    assert found == ["explorer/maps/placing.py", "pages/*.py", "explorer.maps.placer"]
    assert [exists(found[0]), exists(found[1]), resolves(found[2])] == [False, True, False]
