"""Imports run one way: models <- explorer <- explorer.ui <- pages, app.py; and listing runs needs no torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.base.settings import PROJECT

# Each layer with the layers that it may import besides itself.
ALLOWED = {
    "models": set[str](),
    "explorer": {"models"},
    "ui": {"models", "explorer"},
    "pages": {"models", "explorer", "ui"},
    "app": {"models", "explorer", "ui"},
}
WITH_STREAMLIT = {"ui", "pages", "app"}


def layer_of(module: str) -> str | None:
    """The layer of a dotted module name; None for what is not ours."""
    parts = module.split(".")
    if parts[:2] == ["explorer", "ui"]:
        return "ui"
    return parts[0] if parts[0] in ALLOWED else None


def sources() -> list[Path]:
    """Every source file of the product."""
    folders = [PROJECT / name for name in ("models", "explorer", "pages")]
    return sorted([path for folder in folders for path in folder.rglob("*.py")] + list(PROJECT.glob("app.py")))


def module_of(path: Path) -> str:
    """The dotted name that a file is imported by."""
    parts = path.relative_to(PROJECT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, package: str) -> Iterator[str]:
    """The modules that a source imports anywhere, lazily and for types too; relative ones made absolute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) if node.level else ""
            stem = ".".join(part for part in (base, node.module) if part)
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def wrong_imports(source: str, module: str, package: str) -> list[str]:
    """What a module may not import."""
    layer = layer_of(module)
    assert layer is not None
    return [
        name
        for name in imported(source, package)
        if (layer_of(name) not in {None, layer} | ALLOWED[layer])
        or (layer_of(name) == "pages")
        or (name.split(".")[0] == "streamlit" and layer not in WITH_STREAMLIT)
    ]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PROJECT)))
def test_direction(path: Path) -> None:
    module = module_of(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    assert wrong_imports(path.read_text(), module, package) == []


@pytest.mark.parametrize(
    ("module", "source", "wrong"),
    [
        ("models.vae", "from explorer.runs.run import Run", True),
        ("models.vae", "import streamlit as st", True),
        ("models.vae", "from models.networks import mlp", False),
        ("explorer.runs.run", "def f():\n    import streamlit", True),
        ("explorer.runs.run", "from explorer.ui import state", True),
        ("explorer.runs.run", "from ..ui.common.state import x", True),
        ("explorer.runs.run", "from .. import ui", True),
        ("explorer.runs.run", "from models import MODELS", False),
        ("explorer.ui.common.state", "from pages import explore", True),
        ("explorer.ui.common.state", "import app", True),
        ("explorer.ui.common.state", "import streamlit", False),
        ("pages.explore", "from pages.map import x", True),
        ("app", "import pages.explore", True),
        ("app", "from explorer.ui import main", False),
    ],
)
def test_the_check_itself(module: str, source: str, wrong: bool) -> None:
    assert bool(wrong_imports(source, module, module.rpartition(".")[0])) == wrong


def test_runs_and_the_command_line_start_without_torch() -> None:
    code = (
        "import sys, explorer.runs.run, explorer.cli.main; "
        "print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_training_begins_without_what_takes_seconds_to_import(runs_root: Path) -> None:
    code = (
        "import sys; from explorer.cli.main import main; main(['train', '--dataset', 'digits', '--epochs', '1']); "
        "print([m for m in ('torch._dynamo', 'sklearn', 'pandas', 'torchvision') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert list(runs_root.iterdir())
