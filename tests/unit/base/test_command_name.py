"""Sentences name the command as it was typed: ``python -m explorer`` in a checkout, ``latent-explorer`` installed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base import PROJECT, command_name

WRITTEN = "python -m explorer"
FILES = [*(PROJECT / "explorer").rglob("*.py"), *(PROJECT / "pages").glob("*.py"), PROJECT / "app.py"]


def sentences(file: Path) -> Iterator[str]:
    """The texts in a module that are no docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    holders = (node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)))
    docstrings = {id(node.body[0].value) for node in holders if node.body and isinstance(node.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def test_no_sentence_spells_it() -> None:
    spelled = [str(file.relative_to(PROJECT)) for file in FILES for text in sentences(file) if WRITTEN in text]
    assert spelled == ["explorer/base/runtime_settings.py"]


def test_it_is_the_one_that_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_COMMAND", raising=False)
    assert command_name() == WRITTEN
    monkeypatch.setenv("EXPLORER_COMMAND", "latent-explorer")
    assert command_name() == "latent-explorer"
