"""Tables with one image a row: which columns are pixels, pictures, classes and splits, by their titles and types."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.options import ArrayOptions
from explorer.datasets.arrays.parts import Part, Parts, with_label
from explorer.datasets.arrays.roles import role
from explorer.datasets.arrays.stored import Array, Stored

LEAST_PIXELS = 16  # columns of numbers that can be an image
NUMBERED = re.compile(r"[A-Za-z_ ]*\d+([x_.]\d+)?")  # pixel0, 1x1, 783
ROWS = 256  # of pictures or lists at once


class Table(Protocol):
    """A file of columns.

    ``kinds``: of each title, "numbers", "texts", "pictures" (bytes of image files), "lists" (of numbers) or "other".
    """

    path: Path
    kinds: dict[str, str]

    def column(self, title: str) -> Array:
        """All values of a column of numbers or texts."""
        ...

    def label_names(self, title: str) -> tuple[str, ...]:
        """What the values 0, 1, ... of a column are called; () where it is not known."""
        ...

    def numbers(self, titles: Sequence[str]) -> Iterator[Array]:
        """The rows of columns of numbers: [n, columns], some at a time."""
        ...

    def cells(self, title: str) -> Iterator[Array]:
        """The rows of a column of pictures, as objects, or of lists, as numbers: some at a time."""
        ...


@dataclass(frozen=True)
class Columns:
    """The titles of what is pixels, ``label`` and ``split``, '' where there is none; ``others`` are carried along."""

    pixels: tuple[str, ...]
    label: str
    split: str
    others: tuple[str, ...]


def parts_of_table(table: Table, options: ArrayOptions) -> Parts:
    """The images of a table with what belongs to them. Raises ExplorerError where no columns are images."""
    columns = columns_of(table, options)
    values = {title: table.column(title) for title in filter(None, (columns.label, columns.split, *columns.others))}
    n = len(next(iter(values.values()))) if values else len(table.column(columns.pixels[0]))
    images = images_of(table, columns.pixels, n)
    part = Part(images, columns={title: values[title] for title in columns.others})
    if columns.split:
        part = replace(part, split=values[columns.split])
    if columns.label:
        part = replace(part, labels=values[columns.label], label_names=table.label_names(columns.label))
    elif options.label:
        part = with_label(part, options, table.path)
    return Parts((part,))


def columns_of(table: Table, options: ArrayOptions) -> Columns:
    """What each column is. Raises ExplorerError where none are images."""
    roles = {title: role(title) for title in table.kinds}
    label = options.label if options.label in table.kinds else ""
    if not options.label:
        label = next((title for title, found in roles.items() if found == ("", "labels")), "")
    split = next((title for title, (_, found) in roles.items() if found == "split" and title != label), "")
    pixels = pixel_columns(table, [title for title in table.kinds if title not in (label, split)])
    kept = [title for title, kind in table.kinds.items() if kind in ("numbers", "texts")]
    return Columns(pixels, label, split, tuple(title for title in kept if title not in (*pixels, label, split)))


def pixel_columns(table: Table, titles: Sequence[str]) -> tuple[str, ...]:
    """The column of pictures or lists, or the columns of numbers that are pixels: those with numbered titles."""
    for kind in ("pictures", "lists"):
        found = [title for title in titles if table.kinds[title] == kind]
        named = [title for title in found if role(title)[1] == "images"]
        if named or len(found) == 1:
            return ((named or found)[0],)
    numbers = [title for title in titles if table.kinds[title] == "numbers"]
    numbered = [title for title in numbers if NUMBERED.fullmatch(title)]
    found = numbered if len(numbered) >= LEAST_PIXELS else numbers
    if len(found) < LEAST_PIXELS:
        raise ExplorerError(
            _("{path} has no column of images, and only {n} columns of numbers: {value}.").format(
                path=table.path, n=len(found), value=", ".join(list(table.kinds)[:8]) or "it is empty"
            ),
            _("Images are bytes in a column 'image', or a pixel in each of many columns."),
        )
    return tuple(found)


def images_of(table: Table, titles: tuple[str, ...], n: int) -> Stored:
    """The images in these columns, as an array of ``n`` rows."""
    kind, first = table.kinds[titles[0]], titles[0]
    if kind == "pictures":
        cells = np.dtype(object)
        return Stored(table.path, first, (n,), cells, lambda: table.cells(first), pictures=True)
    if kind == "lists":
        one = next(table.cells(first), np.empty((0, 0)))
        return Stored(table.path, first, (n, *one.shape[1:]), one.dtype, lambda: table.cells(first))
    return Stored(table.path, "", (n, len(titles)), np.dtype(np.float32), lambda: table.numbers(titles))


def is_image_width(n: int) -> bool:
    """Whether so many values a row are a square of one or three channels."""
    return any(n % channels == 0 and math.isqrt(n // channels) ** 2 == n // channels for channels in (1, 3))
