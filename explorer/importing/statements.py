"""What code or a ``model.json`` states of a model, in the words of ``Conventions``: read with checks of its kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.importing.conventions import Conventions

WORDS = ("layout", "pixels", "posterior", "output", "likelihood")
NOTE = "model.json"
OF_AN_EXPORT = {"run", "model", "files", "left_out"}  # entries by which a note of ours is known


def completed(said: Conventions, notes: Mapping[str, Mapping[str, Any]]) -> Conventions:
    """``said``, and what is not said there from the ``model.json`` of an export, where there is one.

    Raises ExplorerError for a note with a value of another kind.
    """
    note = notes.get(NOTE, {})
    if not note.keys() >= OF_AN_EXPORT:
        return said
    names = {field.name for field in fields(Conventions)} & READ.keys()
    found = stated({name: note.get(name) for name in names}, NOTE, strict=True)
    if "shape" in found:
        found["shape"] = tuple(found["shape"])
    return Conventions(**{**found, **{name: value for name, value in asdict(said).items() if value is not None}})


def stated(found: Mapping[str, Any], who: str, strict: bool) -> dict[str, Any]:
    """What ``who`` states of the model, by the names of ``READ``.

    A value of another kind has another meaning, and is left out. Where ``strict``, it raises ExplorerError, and so does
    an unknown name.
    """
    said: dict[str, Any] = {}
    for name, value in found.items():
        if name in ("encode", "decode") or value is None:
            continue
        if strict and name not in READ:
            raise ExplorerError(
                _("{who} says '{name}', which has no meaning here.").format(who=who, name=name),
                _("Known: {names}.").format(names=", ".join(READ)),
            )
        said[name] = READ[name](value)
        if strict and said[name] is None:
            raise ExplorerError(
                _("{who} says {name} = {value}.").format(who=who, name=name, value=str(value)[:60]), EXPECTED[name]
            )
    return {name: value for name, value in said.items() if value is not None}


def shape(value: Any) -> list[int] | None:
    """One to three positive whole numbers; None for anything else."""
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= 3:
        return None
    return list(value) if all(is_number(size) and isinstance(size, int) and size > 0 for size in value) else None


def image_shape(value: Any) -> list[int] | None:
    """Channels, height and width; None for anything else."""
    sizes = shape(value)
    return sizes if sizes and len(sizes) == 3 else None


def code_shape(value: Any) -> list[int] | None:
    """The shape of a code from its length or its shape; None for anything else."""
    return shape(value if isinstance(value, (tuple, list)) else [value])


def positive(value: Any) -> float | None:
    """A positive number; None for anything else."""
    return float(value) if is_number(value) and value > 0 else None


def is_number(value: Any) -> bool:
    """Whether it is a number, as which True and False do not count."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def text(value: Any) -> str | None:
    """A text; None for anything else."""
    return value if isinstance(value, str) else None


READ: dict[str, Callable[[Any], Any]] = {
    "shape": image_shape, "latent": code_shape, "sigma": positive, **dict.fromkeys(WORDS, text),
}  # fmt: skip
EXPECTED = {
    "shape": "Give channels, height and width, as in (1, 28, 28).",
    "latent": "Give the length of a code, or its shape, as in (4, 8, 8).",
    "sigma": "Give a positive number.",
    **dict.fromkeys(WORDS, "Give it as text; docs/import.md lists what can be said."),
}
