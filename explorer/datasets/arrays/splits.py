"""The splits of arrays: those that people made, else a draw by the images' content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.datasets.arrays.parts import Part
from explorer.datasets.arrays.roles import split_kind
from explorer.datasets.folder_splits import drawn_by

KINDS = ("", "train", "val", "test")
NONE, TRAIN, VAL, TEST = range(4)
DRAWN = "a tenth drawn by the images' content"


@dataclass(frozen=True)
class Division:
    """Which images are tested, bool [N], which of the others were made to validate, bool [N], and why, in words."""

    test: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    words: str


def kinds_of(parts: Sequence[Part]) -> NDArray[np.int8]:
    """The place in ``KINDS`` of what is said of each image's split: int8 [N]."""
    found = []
    for part in parts:
        if isinstance(part.split, str):
            found.append(np.full(len(part.images), KINDS.index(part.split), np.int8))
        else:
            values, inverse = np.unique(part.split, return_inverse=True)
            texts = [value.decode() if isinstance(value, bytes) else str(value) for value in values.tolist()]
            found.append(np.array([KINDS.index(split_kind(text.strip())) for text in texts], np.int8)[inverse])
    return np.concatenate(found)


def divided(kinds: NDArray[np.int8], hashes: NDArray[np.uint64], labels: NDArray[np.int64] | None) -> Division:
    """The images in two splits. Validation images are training images where others are for testing, else tested on.

    Where one of the splits would be empty, about a tenth of each class is drawn to test.
    """
    tested = TEST if (kinds == TEST).any() else VAL
    test = kinds == tested
    if test.any() and not test.all():
        return Division(test, (kinds == VAL) & ~test, words_of(kinds, tested))
    shares = hashes / np.float64(2**64)
    named = np.zeros(len(kinds), np.int64) if labels is None else labels
    return Division(drawn_by(shares, named.tolist()), np.zeros(len(kinds), np.bool_), DRAWN)


def words_of(kinds: NDArray[np.int8], tested: int) -> str:
    """What the splits are, in words."""
    n_validation = int((kinds == VAL).sum())
    beside = f", val ({n_validation:,}) to validate" if tested == TEST and n_validation else ""
    return f"as they were divided already: train to train on{beside}, {KINDS[tested]} to test"
