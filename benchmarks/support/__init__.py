"""What the benchmarks share. Each imports this package before anything of the project.

A script's own folder is on Python's path, the project's root is not: it is put there here, so that
``python benchmarks/NAME.py`` works from any folder and needs no PYTHONPATH.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


class HelpFormat(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Paragraphs as they are written, defaults beside the options."""


def command_line(doc: str | None, takes: str) -> argparse.ArgumentParser:
    """A parser whose help is the script's docstring and how long the benchmark takes on two cores."""
    return argparse.ArgumentParser(description=doc, epilog=f"Takes {takes} on two cores.", formatter_class=HelpFormat)
