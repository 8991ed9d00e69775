"""The images that a training writes after each epoch: read back, and joined into an animation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.base import ExplorerError
from explorer.images import Pixels, gif, read_png

GAP = 1  # pixels between the cells of a sheet
NAME = re.compile(r"(?:epoch|manifold)-(\d+)\.png")
FILM_SIDE = 480  # pixels; smaller frames are enlarged up to about this width
FRAME_S = 0.18
LAST_S = 1.6  # the last frame is shown longer


def epoch_of(path: Path) -> int:
    """The epoch that a frame was made after; 0 within the first one."""
    found = NAME.fullmatch(path.name)
    return int(found.group(1)) if found else 0


def frame_at(paths: list[Path], epoch: int) -> Path | None:
    """The newest of ``paths`` (oldest first) that is no newer than ``epoch``, else the oldest; None without any."""
    return next((path for path in reversed(paths) if epoch_of(path) <= epoch), paths[0] if paths else None)


def read_frame(path: Path, shape: tuple[int, int, int]) -> tuple[Pixels, Pixels]:
    """The originals and their reconstructions in one frame, uint8 [N, C, H, W] each.

    Raises ExplorerError when the file is damaged or of another shape.
    """
    sheet = read_png(path)  # [C, 2 (H + gap) - gap, N (W + gap) - gap]
    channels, height, width = shape
    n = (sheet.shape[2] + GAP) // (width + GAP)
    if sheet.shape != (channels, 2 * (height + GAP) - GAP, n * (width + GAP) - GAP):
        raise ExplorerError(f"{path} is no frame of this run.", "Train the run again.")
    top, bottom = sheet[:, :height], sheet[:, height + GAP :]
    return split_cells(top, width), split_cells(bottom, width)


def split_cells(row: Pixels, width: int) -> Pixels:
    """A row of pictures [C, H, N (W + gap) - gap] as [N, C, H, W]."""
    return np.stack([row[..., left : left + width] for left in range(0, row.shape[-1], width + GAP)])


def film(paths: Sequence[Path]) -> bytes:
    """The frames, oldest first, as an animated GIF that repeats; small ones enlarged, each pixel a square.

    Raises ExplorerError when there is none, or when one is damaged.
    """
    if not paths:
        raise ExplorerError("There are no pictures of this training yet.", "They come after its first epoch.")
    frames = [read_png(path) for path in paths]
    return gif(frames, len(frames) * FRAME_S, max(1, FILM_SIDE // frames[0].shape[2]), LAST_S - FRAME_S)
