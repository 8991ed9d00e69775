"""Each package below ``explorer/`` has a face: it says what it is for, and its names are its own, few, and there."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from explorer.base import PROJECT

MOST_NAMES = 30
# Wider than they should be: these may shrink, not grow.
WIDE = {"explorer.maps.fits": 36, "explorer.ui.common": 36}
FOLDERS = sorted(path.parent for path in (PROJECT / "explorer").glob("*/**/__init__.py"))
LAZY = [folder for folder in FOLDERS if (folder / "__init__.pyi").exists()]


def dotted(folder: Path) -> str:
    """The name that a package is imported by."""
    return ".".join(folder.relative_to(PROJECT).parts)


def face(folder: Path) -> dict[str, str]:
    """The names that a package offers from modules, each with the module that it comes from."""
    stub = folder / "__init__.pyi"
    source = (stub if stub.exists() else folder / "__init__.py").read_text(encoding="utf-8")
    return {
        alias.asname: str(node.module)
        for node in ast.parse(source).body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name  # `import x as x`: offered to others
    }


def beside(folder: Path) -> set[str]:
    """The modules and packages that stand directly in a package."""
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in folder.glob("*/__init__.py")}


@pytest.mark.parametrize("folder", FOLDERS, ids=dotted)
def test_it_says_what_it_is_for(folder: Path) -> None:
    doc = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("folder", FOLDERS, ids=dotted)
def test_its_names_are_there_and_its_own(folder: Path) -> None:
    package = dotted(folder)
    for name, module in face(folder).items():
        offered = getattr(importlib.import_module(package), name)
        if module == package:
            assert offered is importlib.import_module(f"{package}.{name}"), name
        else:
            assert module.startswith(f"{package}."), f"{name} comes from {module}"
            assert offered is getattr(importlib.import_module(module), name), name


@pytest.mark.parametrize("folder", FOLDERS, ids=dotted)
def test_no_name_hides_a_module_beside_it(folder: Path) -> None:
    hidden = {name for name, module in face(folder).items() if name in beside(folder) and module != dotted(folder)}
    assert hidden == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=dotted)
def test_its_face_is_narrow(folder: Path) -> None:
    assert len(face(folder)) <= WIDE.get(dotted(folder), MOST_NAMES)


@pytest.mark.parametrize("folder", LAZY, ids=dotted)
def test_a_lazy_package_offers_what_its_stub_says_and_no_more(folder: Path) -> None:
    package = importlib.import_module(dotted(folder))
    assert package.__all__ == sorted(face(folder))
    assert dir(package) == package.__all__
    stub = ast.parse((folder / "__init__.pyi").read_text(encoding="utf-8"))
    assert all(isinstance(node, ast.ImportFrom) for node in stub.body)
    assert sum(len(node.names) for node in stub.body if isinstance(node, ast.ImportFrom)) == len(face(folder))


def test_only_wide_packages_are_excused() -> None:
    assert {dotted(folder) for folder in FOLDERS if len(face(folder)) > MOST_NAMES} == set(WIDE)
