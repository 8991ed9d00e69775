"""Decoded pictures along a way: a strip, a slider over all of them, and a button that plays them in the browser."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from explorer.images import Pixels, png_data_url
from explorer.ui.common import CRISP
from explorer.ui.components.registry import component

FRAME_S = 0.08  # how long a frame stays, on the page and in a saved film


@dataclass(frozen=True)
class Row:
    """Pictures that belong to some columns of the strip: a heading, and for a column [C, H, W] and what it is."""

    title: str
    cells: Mapping[int, tuple[Pixels, str]]


@dataclass(frozen=True)
class Film:
    """All frames [C, H, W] with their labels.

    ``columns``: the frames that stand in the strip. ``above``, ``below``: rows of pictures around them. ``words``
    hold the label, at ``{}``, under the large picture; ``slider`` says what the slider moves along.
    """

    frames: Sequence[Pixels]
    labels: Sequence[str]
    columns: Sequence[int]
    slider: str
    words: str = "{}"
    above: Sequence[Row] = ()
    below: Sequence[Row] = ()
    start: int = 0

    @property
    def strip(self) -> list[Pixels]:
        """The frames that stand in the strip."""
        return [self.frames[column] for column in self.columns]


def show_film(key: str, film: Film) -> None:
    """Draw it; the browser does the rest."""
    component("decoded_film", "film/film.js")(key=key, data=payload(film))


def payload(film: Film) -> dict[str, Any]:
    """What the browser reads; ``stamp`` is another one for other pictures."""
    _, height, width = film.frames[0].shape
    data = {
        "frames": [png_data_url(frame) for frame in film.frames],
        "labels": list(film.labels),
        "columns": list(film.columns),
        "above": [cells_of(row, len(film.columns)) for row in film.above],
        "below": [cells_of(row, len(film.columns)) for row in film.below],
        "size": [width, height],
        "crisp": max(width, height) <= CRISP,
        "frame_ms": round(FRAME_S * 1000),
        "start": film.start,
        "slider": film.slider,
        "words": film.words,
    }
    return {**data, "stamp": hashlib.blake2b(repr(data).encode(), digest_size=16).hexdigest()}


def cells_of(row: Row, columns: int) -> dict[str, Any]:
    """A row, a cell a column; None where there is no picture."""
    cells: list[dict[str, str] | None] = [None] * columns
    for column, (pixels, alt) in row.cells.items():
        cells[column] = {"src": png_data_url(pixels), "alt": alt}
    return {"title": row.title, "cells": cells}
