"""docs/architecture.md names every package, and the functions that it names are where it says."""

from __future__ import annotations

import re

import pytest

from explorer.base import PROJECT

TEXT = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGES = sorted(
    str(folder.parent.relative_to(PROJECT))
    for top in ("models", "explorer", "latent_explorer")
    for folder in (PROJECT / top).rglob("__init__.py")
    if folder.parent != PROJECT / "explorer"
)
STEP = re.compile(r"^\d+\. `([\w/.]+)`: ((?:`[\w.]+`(?:, )?)+)", re.MULTILINE)


def test_there_are_packages_and_steps() -> None:
    assert "explorer/runs" in PACKAGES
    assert len(STEP.findall(TEXT)) >= 15


@pytest.mark.parametrize("package", [*PACKAGES, "pages"])
def test_every_package_has_its_line(package: str) -> None:
    assert len(re.findall(rf"^\| `{package}` \| \S", TEXT, re.MULTILINE)) == 1


@pytest.mark.parametrize("package", re.findall(r"^\| `([\w/]+)` \|", TEXT, re.MULTILINE))
def test_every_line_is_of_a_package(package: str) -> None:
    assert package in [*PACKAGES, "pages"]


@pytest.mark.parametrize(("file", "names"), STEP.findall(TEXT))
def test_every_step_is_defined_where_it_says(file: str, names: str) -> None:
    source = (PROJECT / file).read_text(encoding="utf-8")
    for name in re.findall(r"`([\w.]+)`", names):
        for part in name.split("."):
            assert re.search(rf"\b(def|class|function|async) {part}\b|\b{part}\(.*\) {{$", source, re.MULTILINE), name
