"""Each model has its page: what it optimises, the equation, the paper, a command, what to look for."""

from __future__ import annotations

import shlex

import pytest

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import parser
from explorer.datasets.shapes import FACTORS
from models import MODELS
from models.likelihoods import LIKELIHOODS

DOCS = PROJECT / "docs" / "models"


@pytest.mark.parametrize("name", [*MODELS, "denoising"])
def test_every_model_has_its_page(name: str) -> None:
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert "**Optimises**" in text or "loss =" in text
    assert " = " in text
    assert "**Paper" in text
    assert "**Look for**" in text
    commands = [line for line in text.splitlines() if line.startswith("python -m explorer ")]
    assert commands
    for command in commands:
        parser().parse_args(shlex.split(command)[3:])


def test_every_likelihood_is_explained() -> None:
    text = (DOCS / "likelihoods.md").read_text(encoding="utf-8")
    assert not [name for name in LIKELIHOODS if f"| `{name}` |" not in text]


def test_every_factor_of_the_shapes_is_explained() -> None:
    text = (PROJECT / "docs" / "shapes.md").read_text(encoding="utf-8")
    assert not [name for name in FACTORS if f"`{name}`" not in text]
