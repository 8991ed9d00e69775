"""JSON objects as dataclasses, checked field by field."""

from __future__ import annotations

import types
import typing
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from explorer.base.errors import damaged

Record = TypeVar("Record")


def record(kind: type[Record], raw: Any, path: Path) -> Record:
    """A dataclass from a JSON object; ExplorerError when a field is missing or of another type."""
    if not isinstance(raw, dict):
        raise damaged(path, f"{kind.__name__} is no JSON object")
    hints = typing.get_type_hints(kind)
    values = {key: field_of(hints[key], value, path, key) for key, value in raw.items() if key in hints}
    try:
        return kind(**values)
    except TypeError as error:
        raise damaged(path, str(error)) from error


def field_of(hint: Any, value: Any, path: Path, key: str) -> Any:
    """A JSON value as the type of a dataclass field: lists become tuples, objects become records."""
    if isinstance(hint, types.UnionType):
        if value is None:
            return None
        hint = next(part for part in typing.get_args(hint) if part is not types.NoneType)
    if is_dataclass(hint):
        return record(typing.cast(type, hint), value, path)
    if typing.get_origin(hint) is tuple:
        return tuple_of(typing.get_args(hint), value, path, key)
    wanted = (int, float) if hint is float else typing.get_origin(hint) or hint
    if not isinstance(value, wanted) or (isinstance(value, bool) and hint is not bool):
        raise damaged(path, f"{key} is {value!r}")
    return value


def tuple_of(hints: tuple[Any, ...], value: Any, path: Path, key: str) -> tuple[Any, ...]:
    """A JSON list as a tuple of these types; a last ``...`` repeats the one before."""
    if isinstance(value, list) and hints[-1] is ...:
        hints = (hints[0],) * len(value)
    if not isinstance(value, list) or len(value) != len(hints):
        raise damaged(path, f"{key} is {value!r}")
    return tuple(field_of(hint, part, path, key) for hint, part in zip(hints, value, strict=True))
