"""Arrays as a data set: each row is looked at once, which tells values, copies and splits, and then decoded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.arrays.decoders import Decoder, Hashes, decoder_of
from explorer.datasets.arrays.files import ArrayFiles
from explorer.datasets.arrays.labels import columns_of_parts, factors_of, numbered
from explorer.datasets.arrays.pixels import Rows, decoded
from explorer.datasets.arrays.splits import Division, divided, kinds_of
from explorer.datasets.arrays.stored import damage_reported
from explorer.datasets.columns import Column
from explorer.datasets.folder_report import FolderReport, grouped
from explorer.datasets.frame import Frame, frame_of
from explorer.images import Pixels

DEFAULT_SIDE = 32
LARGEST_OWN_SIDE = 64  # pixels; larger images are trained on at the default side, for speed
MOST_NAMED = 12  # columns


@dataclass(frozen=True)
class Arrays:
    """The images of a set of arrays at one size.

    Attributes
    ----------
    pixels : of each split, uint8 [N, C, H, W], in the order of the files.
    labels : of each split, int64 [N], indices into ``classes``; None without classes.
    columns : of each split, what is known of the images besides.
    factors : of each split, int64 [N, F], indices of the values of ``factor_names``; None without.
    validation : the places in the training split of images that were made to validate, int64 [M].
    """

    pixels: Mapping[str, Pixels]
    labels: Mapping[str, NDArray[np.int64]] | None
    classes: tuple[str, ...]
    columns: Mapping[str, tuple[Column, ...]]
    factor_names: tuple[str, ...]
    factors: Mapping[str, NDArray[np.int64]] | None
    validation: NDArray[np.int64]
    report: FolderReport


def own_side(files: ArrayFiles) -> int:
    """The side of the images where all are squares of at most ``LARGEST_OWN_SIDE``, else the default."""
    return side_of(decoder_of(files.images, files.options))


def side_of(decoder: Decoder) -> int:
    """As ``own_side``, of what decodes the images."""
    found = set(decoder.sizes())
    width, height = found.pop() if len(found) == 1 else (0, 1)
    return width if width == height <= LARGEST_OWN_SIDE else DEFAULT_SIDE


@lru_cache(maxsize=1)  # both splits come from one reading
def read_arrays(files: ArrayFiles, size: int | Frame | None) -> Arrays:
    """The images of ``files``, at one size: a frame, the side of a square, or by default their own.

    Raises ExplorerError where these are no images, or fewer than two.
    """
    decoder = decoder_of(files.images, files.options)
    frame = frame_of(size or side_of(decoder))
    classes, labels = numbered(files.parts)  # before the long way through all pixels
    hashes = looked_at(files, decoder)
    refused = np.isin(np.arange(len(hashes)), list(decoder.refused))
    check_number(files, int((~refused).sum()), len(decoder.refused))
    kept = np.flatnonzero(~refused)
    division = divided(kinds_of(files.parts)[kept], hashes[kept], None if labels is None else labels[kept])
    rows = {"train": kept[~division.test], "test": kept[division.test]}
    columns = columns_of_parts(files.parts)
    factor_names, factors = factors_of(columns)
    facts = Facts(files, decoder, division, rows)
    return Arrays(
        pixels=decoded(files, decoder, rows, frame),
        labels=of_splits(labels, rows),
        classes=classes,
        columns={split: tuple(column.at(own) for column in columns) for split, own in rows.items()},
        factor_names=factor_names,
        factors=of_splits(factors, rows),
        validation=np.flatnonzero(division.validation[~division.test]),
        report=report_of(facts, frame, class_counts(classes, labels, kept), [column.title for column in columns]),
    )


def of_splits(values: NDArray[np.int64] | None, rows: Rows) -> dict[str, NDArray[np.int64]] | None:
    """Values of all rows as those of each split; None for None."""
    return None if values is None else {split: values[own] for split, own in rows.items()}


def looked_at(files: ArrayFiles, decoder: Decoder) -> Hashes:
    """A hash of each row; the decoder has seen all of them. Raises ExplorerError for what can be no image."""
    found = []
    for array in files.images:
        with damage_reported(array.path):
            found += [decoder.look(rows) for rows in array.pieces()]
    return np.concatenate(found) if found else np.empty(0, np.uint64)


def check_number(files: ArrayFiles, n: int, n_refused: int) -> None:
    """Raise ExplorerError for too few images for two splits."""
    if n < 2:
        unreadable = f" and {n_refused:,} that cannot be read" if n_refused else ""
        raise ExplorerError(
            f"{files.path} has {'no image' if n == 0 else '1 image'}{unreadable}.",
            _("At least 2 are needed, one to train on and one to test."),
        )


def class_counts(classes: tuple[str, ...], labels: NDArray[np.int64] | None, kept: NDArray[np.int64]) -> dict[str, int]:
    """The number of images of each class."""
    if labels is None:
        return {}
    return dict(zip(classes, np.bincount(labels[kept], minlength=len(classes)).tolist(), strict=True))


@dataclass(frozen=True)
class Facts:
    """What a report is made of."""

    files: ArrayFiles
    decoder: Decoder
    division: Division
    rows: Rows


def report_of(facts: Facts, frame: Frame, classes: dict[str, int], columns: list[str]) -> FolderReport:
    """What was found, and by what rules it was read."""
    sizes = facts.decoder.sizes()
    carried = [f"Carried along: {', '.join(columns[:MOST_NAMED])}{more(columns)}."] if columns else []
    return FolderReport(
        train=len(facts.rows["train"]),
        test=len(facts.rows["test"]),
        splits=facts.division.words,
        classes=classes,
        smallest=sizes[0],
        largest=sizes[-1],
        side=frame.width,
        height=frame.height,
        fit=frame.fit,
        skipped=grouped((f"row {row}", reason) for row, reason in facts.decoder.refused.items()),
        left_out=grouped(facts.files.left_out),
        notes=(*facts.decoder.notes(), *carried),
    )


def more(columns: list[str]) -> str:
    """' and 3 more', where there are more than are named."""
    n = len(columns) - MOST_NAMED
    return f" and {n} more" if n > 0 else ""
