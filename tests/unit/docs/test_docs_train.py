from __future__ import annotations

import argparse

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import parser
from models.likelihoods import LIKELIHOODS
from models.networks import ACTIVATIONS

TEXT = (PROJECT / "docs" / "train.md").read_text(encoding="utf-8")


def test_every_option_of_train_is_documented() -> None:
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = [name for action in commands.choices["train"]._actions for name in action.option_strings]
    missing = [name for name in options if name not in ("-h", "--help") and f"| `{name}" not in TEXT]
    assert not missing


def test_every_choice_is_documented() -> None:
    assert not [name for name in [*ACTIVATIONS, *LIKELIHOODS] if f"`{name}`" not in TEXT]
