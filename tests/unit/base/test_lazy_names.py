"""A lazy package: a name brings its own module along, when it is first asked for, and no other."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FILES = {
    "__init__.py": "from explorer.base import lazy_face\n\n__getattr__, __dir__, __all__ = lazy_face(__name__)\n",
    "__init__.pyi": (
        "from lazy_example import tools as tools\n"
        "from lazy_example.heavy import Heavy as Heavy\n"
        "from lazy_example.light import lift as lift\n"
        "from lazy_example.light import missing as missing\n"
    ),
    "light.py": "def lift(kg):\n    return kg\n",
    "heavy.py": "class Heavy:\n    kg = 100\n",
    "tools.py": "NAME = 'tools'\n",
}


def loaded() -> set[str]:
    """The modules of the package that have been imported."""
    return {name.partition(".")[2] for name in sys.modules if name.startswith("lazy_example.")}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A lazy package of three modules, none of them imported yet."""
    folder = tmp_path / "lazy_example"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("lazy_example")
    for name in [name for name in sys.modules if name.partition(".")[0] == "lazy_example"]:
        del sys.modules[name]


def test_nothing_is_imported_before_it_is_asked_for(package: ModuleType) -> None:
    assert loaded() == set()
    assert package.__all__ == dir(package) == ["Heavy", "lift", "missing", "tools"]
    assert loaded() == set()


def test_a_name_brings_its_own_module_along_and_no_other(package: ModuleType) -> None:
    assert package.lift(3) == 3
    assert loaded() == {"light"}
    assert package.Heavy is sys.modules["lazy_example.heavy"].Heavy
    assert loaded() == {"light", "heavy"}


def test_a_name_is_looked_up_once(package: ModuleType) -> None:
    assert "lift" not in vars(package)
    assert package.lift is vars(package)["lift"]


def test_a_module_of_the_package_can_be_a_name(package: ModuleType) -> None:
    assert package.tools.NAME == "tools"
    assert package.tools is sys.modules["lazy_example.tools"]


def test_what_the_stub_does_not_name_is_not_there(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match=r"module 'lazy_example' has no attribute 'other'"):
        _ = package.other
    with pytest.raises(ImportError, match="other"):
        exec("from lazy_example import other", {})


def test_a_stub_that_promises_what_its_module_lacks_is_found_out(package: ModuleType) -> None:
    with pytest.raises(AttributeError, match="missing"):
        _ = package.missing
