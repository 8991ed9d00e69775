"""The dependencies of the wheel are those of requirements.txt."""

from __future__ import annotations

from packaging.requirements import Requirement

from explorer.base import PROJECT
from scripts.wheel_metadata import DependenciesHook, dependencies


def test_comments_are_no_requirements() -> None:
    assert dependencies("# what for\ntorch>=2,<3  # why\n\nnumpy>=2\n") == ["torch>=2,<3", "numpy>=2"]


def test_all_of_them_are_in_the_metadata() -> None:
    found: dict[str, list[str]] = {}
    DependenciesHook(str(PROJECT), {}).update(found)
    names = {Requirement(text).name for text in found["dependencies"]}
    assert {"torch", "streamlit", "platformdirs"} <= names
    assert len(found["dependencies"]) == len(names) > 20
