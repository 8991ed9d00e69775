"""Sizes of files and of memory as text."""

from __future__ import annotations

from explorer.base.formatting import significant

UNITS = {"EB": 10**18, "PB": 10**15, "TB": 10**12, "GB": 10**9, "MB": 10**6, "kB": 10**3, "B": 1}


def size_text(count: float) -> str:
    """A number of bytes as text: '412 MB', '25.6 GB', '1.28 TB'."""
    name = next((name for name, unit in UNITS.items() if count >= unit), "B")
    return f"{significant(count / UNITS[name])} {name}"
