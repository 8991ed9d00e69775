"""Test images above what the model makes of them, epoch by epoch."""

from __future__ import annotations

import base64
import math
from html import escape
from pathlib import Path

import streamlit as st

from explorer import jobs
from explorer.frames import epoch_of, frame_at, read_frame
from explorer.images import Pixels, to_png
from explorer.runs import Run
from explorer.ui.widgets.message import errors_shown

COLUMNS = 8
ROWS = 2  # of pairs
MOST_STOPS = 200
CRISP_SIDE = 112  # pixels are repeated up to about this side, so that the browser has little to scale
EMPTY = '<div class="frame-cell"></div>'


def train_frames(run: Run, epochs: int) -> None:
    """Draw the pairs and a slider over the epochs; at its right end it follows the newest."""
    chosen = st.session_state.get(key := f"train-frame-{run.name}", epochs)
    path = frame_at(jobs.frames(run), chosen)
    with errors_shown():
        st.html(empty_sheet() if path is None else sheet_of(run, path))
    if epochs > 1:
        st.select_slider(
            "After epoch",
            stops(epochs),
            epochs,
            format_func=lambda epoch: "newest" if epoch == epochs else str(epoch),
            key=key,
            disabled=path is None,
        )


def stops(epochs: int) -> list[int]:
    """The slider's epochs: each one, or evenly some of very many; always the last."""
    step = math.ceil(epochs / MOST_STOPS)
    return [*range(step, epochs, step), epochs]


def sheet_of(run: Run, path: Path) -> str:
    """The HTML of one frame, kept while the file stays as it is."""
    _, facts = run.facts()
    return _sheet(str(path), path.stat().st_mtime_ns, facts.shape)


@st.cache_data(max_entries=256, show_spinner=False)
def _sheet(path: str, changed_ns: int, shape: tuple[int, int, int]) -> str:
    originals, decoded = read_frame(Path(path), shape)
    epoch = epoch_of(Path(path))
    return sheet(
        [cells(originals, "original"), cells(decoded, f"decoded after epoch {epoch}")],
        f"Test images, and their reconstructions after epoch {epoch}",
    )


def empty_sheet() -> str:
    """The frame before there is anything in it."""
    return sheet([[EMPTY] * COLUMNS * ROWS] * 2, "The first reconstructions come after epoch 1")


def sheet(kinds: list[list[str]], title: str) -> str:
    """Rows of originals, each with its reconstructions below, beside their names."""
    rows = []
    for start in range(0, COLUMNS * ROWS, COLUMNS):
        for name, row in zip(("original", "decoded"), kinds, strict=True):
            picked = row[start : start + COLUMNS]
            rows.append(f"<span>{name}</span>" + "".join(picked + [EMPTY] * (COLUMNS - len(picked))))
    return f'<div class="frames-title">{escape(title)}</div><div class="frames">{"".join(rows)}</div>'


def cells(pictures: Pixels, name: str) -> list[str]:
    """Each picture as an image with its name."""
    scale = max(1, CRISP_SIDE // pictures.shape[-1])
    encoded = [base64.b64encode(to_png(picture, scale)).decode() for picture in pictures]
    return [f'<img alt="{name}, {i + 1}" src="data:image/png;base64,{data}">' for i, data in enumerate(encoded)]
