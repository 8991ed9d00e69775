"""Parquet with one image a row: bytes of image files (also as Hugging Face's struct of bytes and path), lists, or a
pixel in each of many columns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.parts import Parts
from explorer.datasets.arrays.stored import Array, damage_reported
from explorer.datasets.arrays.tables import ROWS, parts_of_table

BYTES = "bytes"  # the field of an image's struct


def parquet_parts(path: Path, options: ArrayOptions) -> Parts:
    """The images of a Parquet file."""
    with damage_reported(path):
        return parts_of_table(ParquetTable(path), options)


class ParquetTable:
    """A Parquet file as a ``Table``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.opened() as file:
            self.schema = file.schema_arrow
        self.kinds = {field.name: kind_of(field.type) for field in self.schema}

    def opened(self) -> Any:
        """The file; its footer is read."""
        from pyarrow import parquet

        return parquet.ParquetFile(self.path)

    def batches(self, titles: Sequence[str]) -> Iterator[Any]:
        """Some rows of columns at a time."""
        with self.opened() as file:
            yield from file.iter_batches(ROWS, columns=list(titles))

    def column(self, title: str) -> Array:
        """See ``Table``."""
        if self.kinds[title] == "pictures":
            with self.opened() as file:
                return np.empty(file.metadata.num_rows, np.bool_)
        values = [batch.column(0) for batch in self.batches([title])]
        if self.kinds[title] == "texts":
            return np.array([str(text or "") for some in values for text in some.to_pylist()])
        return np.concatenate([some.to_numpy(zero_copy_only=False) for some in values] or [np.empty(0)])

    def label_names(self, title: str) -> tuple[str, ...]:
        """See ``Table``: as Hugging Face's ``datasets`` writes them beside the schema."""
        with suppress(KeyError, TypeError, ValueError):
            features = json.loads((self.schema.metadata or {})[b"huggingface"])["info"]["features"]
            return tuple(str(name) for name in features[title]["names"])
        return ()

    def numbers(self, titles: Sequence[str]) -> Iterator[Array]:
        """See ``Table``."""
        for batch in self.batches(titles):
            yield np.stack([column.to_numpy(zero_copy_only=False) for column in batch.columns], 1).astype(np.float32)

    def cells(self, title: str) -> Iterator[Array]:
        """See ``Table``."""
        for batch in self.batches([title]):
            values = batch.column(0)
            if self.kinds[title] == "lists":
                yield np.array(values.to_pylist())
                continue
            found = values.field(BYTES) if is_struct(values.type) else values
            rows = np.empty(len(found), object)
            rows[:] = found.to_pylist()
            yield rows


def is_struct(kind: Any) -> bool:
    """Whether a type is a struct with bytes."""
    from pyarrow import types

    return bool(types.is_struct(kind)) and BYTES in [field.name for field in kind]


def kind_of(kind: Any) -> str:
    """What a column of this type is: see ``Table``."""
    from pyarrow import types

    if is_struct(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        return "pictures"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        return "numbers"
    if types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind):
        return "texts"
    return "lists" if types.is_list(kind) or types.is_fixed_size_list(kind) or types.is_large_list(kind) else "other"
