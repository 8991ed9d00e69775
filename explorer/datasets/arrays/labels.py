"""Classes, columns and factors of images from the values beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.parts import Part
from explorer.datasets.arrays.stored import Array
from explorer.datasets.columns import MAX_CATEGORIES, Column
from explorer.datasets.folder_layout import class_names

MOST_CLASSES = 10_000
MOST_LEVELS = 1000  # of a factor
HINT = "Name the column of the classes, --label-column NAME, or leave them out: --label-column none."
Labels = NDArray[np.int64]


def labelled(part: Part) -> Part:
    """The part with labels as one value a row: [N, 1] as [N], one-hot rows as numbers, and several classes an image,
    which are no classes, as columns instead."""
    labels = part.labels
    if labels is None or labels.ndim == 1:
        return part
    table = labels.reshape(len(labels), -1)
    if table.shape[1] == 1:
        return replace(part, labels=table[:, 0])
    if table.dtype.kind in "buif" and ((table == 1).sum(1) == 1).all() and ((table == 0) | (table == 1)).all():
        return replace(part, labels=table.argmax(1))
    columns = {f"label {i}": table[:, i] for i in range(table.shape[1])}
    return replace(part, labels=None, columns={**part.columns, **columns})


def numbered(parts: Sequence[Part]) -> tuple[tuple[str, ...], Labels | None]:
    """The names of the classes, and the number of the class of each image of all parts, int64 [N]; none, and None,
    where fewer than two are known. Raises ExplorerError for labels that are no classes.
    """
    if any(part.labels is None for part in parts):
        return (), None
    texts, inverses = [], []
    for part in parts:
        assert part.labels is not None
        values, inverse = np.unique(part.labels, return_inverse=True)
        check_classes(part, values)
        texts.append([text_of(value, part.label_names) for value in values.tolist()])
        inverses.append(inverse)
    classes = class_names(text for some in texts for text in some)
    number = {name: i for i, name in enumerate(classes)}
    if not classes:
        return (), None
    numbers = [np.array([number[text] for text in some], np.int64) for some in texts]
    return classes, np.concatenate([some[own] for some, own in zip(numbers, inverses, strict=True)])


def check_classes(part: Part, values: Array) -> None:
    """Raise ExplorerError for labels of other values than classes have."""
    if values.dtype.kind == "f" and not (np.isfinite(values) & (values == np.rint(values))).all():
        raise ExplorerError(
            _("The labels of {title} are no classes: they are not whole numbers.").format(title=part.images.title),
            _(HINT),
        )
    if len(values) > MOST_CLASSES:
        raise ExplorerError(
            _("The labels of {title} have {n:,} different values; at most {most_classes:,} can be "
            "classes.").format(title=part.images.title, n=len(values), most_classes=MOST_CLASSES), _(HINT),
        )  # fmt: skip


def text_of(value: object, names: Sequence[str]) -> str:
    """A label's value as the name of its class."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (bool, int, float)):
        number = int(value)
        return names[number] if 0 <= number < len(names) else str(number)
    return str(value).strip() or "(no label)"


def columns_of_parts(parts: Sequence[Part]) -> list[Column]:
    """The columns that all parts have, of all images."""
    shared = [title for title in parts[0].columns if all(title in part.columns for part in parts)]
    joined = {title: np.concatenate([part.columns[title] for part in parts]) for title in shared}
    return [column for title, values in joined.items() if (column := column_of_values(title, values))]


def column_of_values(title: str, values: Array) -> Column | None:
    """Numbers as they are, texts as categories; None for texts that are too many to be told by their colours."""
    if values.dtype.kind in "buif":
        return Column(title, values.astype(np.float64))
    names, inverse = np.unique(values, return_inverse=True)
    if len(names) > MAX_CATEGORIES:
        return None
    return Column(title, inverse.astype(np.int64), tuple(text_of(name, ()) for name in names.tolist()))


def factors_of(columns: Sequence[Column]) -> tuple[tuple[str, ...], NDArray[np.int64] | None]:
    """The columns of few enough different values as factors: their titles, and the indices of the values, [N, F]."""
    found = {}
    for column in columns:
        levels, inverse = np.unique(column.values, return_inverse=True)
        if len(levels) <= MOST_LEVELS:
            found[column.title] = inverse.astype(np.int64)
    return tuple(found), np.stack(list(found.values()), 1) if found else None
