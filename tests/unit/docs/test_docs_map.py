from __future__ import annotations

import argparse

from explorer.base.runtime_settings import PROJECT
from explorer.cli.main import parser
from explorer.maps.fits.options import DISTANCE_METRICS, OPTION_HELP
from explorer.maps.fits.projections import PROJECTIONS

TEXT = (PROJECT / "docs" / "map.md").read_text(encoding="utf-8")


def test_every_option_of_map_is_documented() -> None:
    commands = next(action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    options = [name for action in commands.choices["map"]._actions for name in action.option_strings]
    assert not [name for name in options if name not in ("-h", "--help") and f"`{name}`" not in TEXT]


def test_every_method_option_and_metric_is_documented() -> None:
    assert not [name for name in PROJECTIONS if f"| `{name}` |" not in TEXT]
    assert not [name for name in OPTION_HELP if f"- `{name}`" not in TEXT]
    assert not [name for name in DISTANCE_METRICS if f"`{name}`" not in TEXT]
