"""Each measure has its page: unit, estimator, how to read it; and every option of evaluate is documented."""

from __future__ import annotations

import argparse

import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import parser
from explorer.measures.registry import MEASURES

DOCS = PROJECT / "docs"
TEXT = (DOCS / "diagnose.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_has_its_page(name: str) -> None:
    spec, text = MEASURES[name], (DOCS / "measures" / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {spec.title}\n\n    ")  # and then its equation
    assert f"**Field**: `{spec.field}`" in text
    assert spec.unit in text
    assert "**Estimator**: " in text
    assert "**Read it**: " in text
    assert f"| [{spec.title}](measures/{name}.md) | `{name}` | `{spec.field}`" in TEXT


def test_no_page_is_of_a_measure_that_is_gone() -> None:
    assert {path.stem for path in (DOCS / "measures").glob("*.md")} == MEASURES.keys()


def test_every_option_of_evaluate_is_documented() -> None:
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = [name for action in commands.choices["evaluate"]._actions for name in action.option_strings]
    assert not [name for name in options if name not in ("-h", "--help") and f"`{name}" not in TEXT]
