"""Emoji of the font Noto Color Emoji, 64 x 64 pixels in colour on white, in the groups of Unicode.

``scripts/make_emoji.py`` draws them into a sheet, ``emoji.webp``, row by row in the order of the table ``emoji.csv``;
their licences stand in ``LICENCES.md`` beside them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from explorer.images import Pixels

SIDE = 64
COLUMNS = 44  # of the sheet
SHEET = Path(__file__).with_name("emoji.webp")  # without loss
TABLE = Path(__file__).with_name("emoji.csv")  # a row for each emoji: code points, name, group, split
GROUPS = (
    "Smileys & Emotion",
    "People & Body",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "Symbols",
    "Flags",
)  # of Unicode, in its order; skin tones and hair ("Component") are no emoji of their own
N_TRAIN = 1_582


@dataclass(frozen=True)
class Emoji:
    """Some of the emoji: uint8 [N, 3, 64, 64], int64 [N] of ``GROUPS``, and their names in Unicode."""

    pixels: Pixels
    groups: NDArray[np.int64]
    names: tuple[str, ...]


def read_emoji(split: str) -> Emoji:
    """The emoji of a split, in the order of Unicode."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = [place for place, row in enumerate(rows) if row["split"] == split]
    groups = np.array([GROUPS.index(rows[place]["group"]) for place in chosen], np.int64)
    return Emoji(cells(SHEET)[chosen], groups, tuple(rows[place]["name"] for place in chosen))


def cells(sheet: Path) -> Pixels:
    """The cells of a sheet, row by row: uint8 [N, 3, 64, 64]."""
    with Image.open(sheet) as picture:
        whole = np.asarray(picture.convert("RGB"))  # [rows * 64, COLUMNS * 64, 3]
    return whole.reshape(-1, SIDE, COLUMNS, SIDE, 3).transpose(0, 2, 4, 1, 3).reshape(-1, 3, SIDE, SIDE)
