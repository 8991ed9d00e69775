"""Write the table of training options in docs/train.md again, from ``explorer.training.OPTIONS``.

usage: python scripts/train_options.py
"""

from __future__ import annotations

import sys
from dataclasses import MISSING
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from explorer.training import OPTIONS, Option  # noqa: E402 (the checkout need not be installed)
from scripts.marked_table import between  # noqa: E402

PAGE = ROOT / "docs" / "train.md"
BEGIN = "<!-- options: made by scripts/train_options.py -->"
END = "<!-- end of the options -->"
replaced = partial(between, BEGIN, END)  # the page and its new table to the new page


def main() -> int:
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
    return 0


def table() -> str:
    """One row an option."""
    head = ["| Option | On the page | Default | Meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *map(row, OPTIONS.values())])


def row(option: Option) -> str:
    """Flag, label, default and meaning with the choices; a bar within a cell is escaped."""
    flag = f"`{option.flag} {option.placeholder}`".replace(" `", "`").replace("|", "\\|")
    return f"| {flag} | {option.label} | {default(option)} | {meaning(option)} |"


def default(option: Option) -> str:
    """The default in words."""
    if option.default is MISSING:
        return "must be given"
    if option.default is None:
        return option.unset
    if option.kind is bool:
        return "off"
    return f"`{option.default}`" if option.kind is str else f"{option.default:g}"


def meaning(option: Option) -> str:
    """The summary, and the choices where the flag does not name them."""
    names = ", ".join(f"`{name}`" for name in option.names())
    return f"{option.summary}: {names}" if names and callable(option.choices) else option.summary


if __name__ == "__main__":
    sys.exit(main())
