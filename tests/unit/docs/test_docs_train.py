from __future__ import annotations

import argparse
import runpy

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import parser
from models.likelihoods import LIKELIHOODS
from models.networks import ACTIVATIONS

TEXT = (PROJECT / "docs" / "train.md").read_text(encoding="utf-8")
SCRIPT = runpy.run_path(str(PROJECT / "scripts" / "train_options.py"))


def test_the_table_of_options_is_the_one_that_is_made() -> None:
    assert SCRIPT["replaced"](TEXT, SCRIPT["table"]()) == TEXT, "run scripts/train_options.py"


def test_every_option_of_train_is_documented() -> None:
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = [name for action in commands.choices["train"]._actions for name in action.option_strings]
    missing = [name for name in options if name not in ("-h", "--help") and f"| `{name}" not in TEXT]
    assert not missing


def test_every_choice_is_documented() -> None:
    assert not [name for name in [*ACTIVATIONS, *LIKELIHOODS] if f"`{name}`" not in TEXT]
