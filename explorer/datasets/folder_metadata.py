"""Classes and splits of a folder's images from its ``metadata.csv``, where its folders say none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.base import ExplorerError
from explorer.datasets.arrays import role, split_kind
from explorer.datasets.folder_layout import Layout, Placed, split_of
from explorer.datasets.folder_scan import LeftOut
from explorer.datasets.metadata_csv import METADATA_FILE, ImageNames, Table, cell, matched_rows, naming_column, table_of

UNLABELLED = "(no label)"  # the class of images without a row, or without a value in it


@dataclass(frozen=True)
class Found:
    """The row of each image that has one, and the places of the columns of classes and splits; None where none is."""

    table: Table
    rows: Mapping[int, list[str]]
    label: int | None
    split: int | None


def with_metadata(layout: Layout) -> Layout:
    """The layout with the classes and splits of ``metadata.csv``: those that no folder says.

    A file that cannot be read is left out, and said so; one without such columns changes nothing.
    """
    path = layout.folder / METADATA_FILE
    if not path.is_file() or (any(image.label for image in layout.images) and layout.splits):
        return layout
    try:
        found = found_in(table_of(path), layout.images)
    except ExplorerError as error:
        return replace(layout, left_out=(*without_file(layout), LeftOut(METADATA_FILE, error.message.rstrip("."))))
    if found.label is not None and not any(image.label for image in layout.images):
        layout = with_classes(layout, found, found.label)
    if found.split is not None and not layout.splits:
        layout = with_splits(layout, found, found.split)
    return layout


def found_in(table: Table, images: Sequence[Placed]) -> Found:
    """What a table says of the images."""
    names = ImageNames([image.name for image in images])
    naming = naming_column(table, names)
    rows, _ = matched_rows(table, names, naming)
    roles = {i: role(title) for i, title in enumerate(table.header) if i != naming and rows}
    label = next((i for i, found in roles.items() if found == ("", "labels")), None)
    return Found(table, rows, label, next((i for i, (_, found) in roles.items() if found == "split"), None))


def without_file(layout: Layout) -> tuple[LeftOut, ...]:
    """What is left out of a layout, less its ``metadata.csv``, which is no image but is read."""
    return tuple(each for each in layout.left_out if each.name != METADATA_FILE)


def with_classes(layout: Layout, found: Found, column: int) -> Layout:
    """The layout with classes by a column of the table."""
    labels = [cell(found.rows.get(i, []), column) or UNLABELLED for i in range(len(layout.images))]
    images = tuple(replace(image, label=label) for image, label in zip(layout.images, labels, strict=True))
    named = f"the column '{found.table.header[column]}' of {METADATA_FILE}"
    return replace(layout, images=images, left_out=without_file(layout), classes_by=named)


def with_splits(layout: Layout, found: Found, column: int) -> Layout:
    """The layout with splits by a column of the table, unless it says one for all; "train" where it says none."""
    kinds = [split_kind(cell(found.rows.get(i, []), column)) or "train" for i in range(len(layout.images))]
    known = dict.fromkeys(kinds, "")
    if len(known) < 2:
        return layout
    images = tuple(
        replace(image, split=split_of(kind, known), validation=kind == "val" and "test" in known)
        for image, kind in zip(layout.images, kinds, strict=True)
    )
    named = f"by the column '{found.table.header[column]}' of {METADATA_FILE}"
    return replace(layout, images=images, left_out=without_file(layout), splits=named)
