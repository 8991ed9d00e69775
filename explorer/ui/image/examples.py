"""The pictures that ship, one click each."""

from __future__ import annotations

import base64
from functools import cache, partial
from pathlib import Path

from explorer.ui.common import ImageButton, image_buttons, state

EXAMPLES = Path(__file__).resolve().parent / "examples"
TYPES = {".png": "image/png", ".jpg": "image/jpeg"}


def examples() -> None:
    """Draw them."""
    buttons = [
        ImageButton(f"example-{path.stem}", address_of(path), path.name, partial(pick_example, path))
        for path in example_files()
    ]
    image_buttons("examples", buttons)


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
