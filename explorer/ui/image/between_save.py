"""Saving of decoded images along a path: as a strip, as an animation, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from explorer.base.languages import _
from explorer.images import Pixels, gif, grid, has_mp4, mp4, there_and_back, to_png
from explorer.runs import LoadedRun
from explorer.ui.common import download
from explorer.ui.components.film import FRAME_S, Film

SAVED_STRIP_SIDE = 280  # small pictures are enlarged up to about this side


def save_film(run: LoadedRun, name: str, film: Film, facts: Callable[[], dict[str, Any]]) -> None:
    """Draw the buttons; a file is made when its button is clicked. ``facts`` go into the JSON beside the run's name."""
    scale = max(1, SAVED_STRIP_SIDE // film.frames[0].shape[2])
    name = f"{run.name}-{name}"

    def frames() -> list[Pixels]:
        return there_and_back(film.frames)

    def seconds() -> float:
        return FRAME_S * len(frames())

    saved: list[tuple[str, str, str, Callable[[], bytes]]] = [
        (_("Strip"), "png", "image/png", lambda: to_png(grid(film.strip, len(film.strip), gap=1), max(1, scale // 2))),
        ("GIF", "gif", "image/gif", lambda: gif(frames(), seconds(), scale)),
        ("z", "json", "application/json", lambda: as_json(run, facts())),
    ]
    if has_mp4():
        saved.insert(2, ("MP4", "mp4", "video/mp4", lambda: mp4(frames(), seconds(), scale)))
    for column, (label, ending, kind, make) in zip(st.columns(len(saved)), saved, strict=True):
        with column:
            download(label, f"{name}.{ending}", kind, make)


def as_json(run: LoadedRun, facts: dict[str, Any]) -> bytes:
    """The numbers, with the run and the weights that they belong to."""
    whole = {"run": run.name, "weights_sha256": run.weights_sha256, **facts}
    return json.dumps(whole, indent=1).encode()
