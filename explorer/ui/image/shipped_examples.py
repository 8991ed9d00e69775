"""The pictures of digits that ship, for the models that they suit."""

from __future__ import annotations

import base64
from functools import cache, partial
from pathlib import Path

from explorer.runs import LoadedRun
from explorer.ui.common import ImageButton, state

EXAMPLES = Path(__file__).resolve().parent / "examples"
TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def shipped_examples(run: LoadedRun) -> tuple[Path, ...]:
    """Those that suit a run: all for a model of grey digits in light strokes, none for others."""
    facts = run.data
    suited = facts.strokes and facts.shape[0] == 1 and bool(facts.classes) and all(map(str.isdigit, facts.classes))
    return example_files() if suited else ()


def example_button(path: Path) -> ImageButton:
    """One of them to click."""
    return ImageButton(f"example-{path.stem}", address_of(path), path.name, partial(pick_example, path))


def pick_example(path: Path) -> None:
    """Bring one of them."""
    state.pick_image(path.name, path.read_bytes(), f"example-{path.stem}")


@cache
def example_files() -> tuple[Path, ...]:
    """The example pictures, by name."""
    return tuple(sorted(path for path in EXAMPLES.iterdir() if path.suffix in TYPES))


@cache
def address_of(path: Path) -> str:
    """A picture's bytes as an address."""
    return f"data:{TYPES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"
