"""Export of a map as a table (Parquet) or a picture."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ensure_folder, write_atomic
from explorer.base.palette import class_colour, class_mark
from explorer.images import check_picture, encoded
from explorer.maps.fits import MapImages, Points, Projection
from explorer.maps.legend import LEGEND_WIDTH, draw_legend, draw_mark

if TYPE_CHECKING:
    from PIL import Image

TABLE = ".parquet"
PICTURE_SIDE = 1200  # of the picture, pixels
OVERSAMPLING = 3  # antialiasing: drawn this many times larger, then averaged
PICTURE_MARGIN = 0.04  # share of the side
NEUTRAL = "#8C8C8C"
PAPER = "#FFFFFF"


def check_target(target: Path) -> None:
    """Raise ExplorerError unless the file is no folder and has a suffix that can be written."""
    check_picture(target, "A map", (TABLE,))


def export_map(target: Path, projection: Projection, shown: MapImages) -> None:
    """Write the map to ``target`` in the format of its suffix; ``shown`` are the images of its points.

    Raises ExplorerError for an unknown suffix and a folder that cannot be written.
    """
    check_target(target)
    ensure_folder(target.parent)
    table = target.suffix.lower() == TABLE
    write_atomic(target, parquet_bytes(projection, shown) if table else encoded(drawn(projection, shown), target))


def parquet_bytes(projection: Projection, shown: MapImages) -> bytes:
    """One row per point: split, index in it, x, y, class, KL and reconstruction in nats, squared error, mu.

    Columns that the run does not have are left out.
    """
    import pyarrow
    import pyarrow.parquet

    latents = shown.latents
    splits, indices = shown.parts()
    columns: dict[str, object] = {"split": splits, "index": indices, "x": projection.points[:, 0],
                                  "y": projection.points[:, 1]}  # fmt: skip
    if latents.labels is not None:
        columns["label"] = latents.labels
        columns["class"] = [latents.label_name(int(label)) for label in latents.labels]
    values = latents.values
    columns["kl_nats"] = values.kl_nats.sum(1)
    if latents.has_nats:
        columns["reconstruction_nats"] = values.reconstruction_nats
    if latents.has_error:
        columns["mse"] = values.mse
    columns.update({f"mu_{i}": column for i, column in enumerate(latents.mu.T)})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def drawn(projection: Projection, shown: MapImages) -> Image.Image:
    """The points with the colours and marks of their classes, and a legend where there are classes."""
    from PIL import Image, ImageDraw

    latents = shown.latents
    side, radius = PICTURE_SIDE * OVERSAMPLING, dot_radius(len(projection.points)) * OVERSAMPLING
    dots = Image.new("RGB", (side, side), PAPER)
    draw = ImageDraw.Draw(dots)
    places = pixel_positions(projection.points, side)
    labels = np.zeros(len(latents), np.int64) if latents.labels is None else latents.labels
    for (x, y), label in zip(places.tolist(), labels.tolist(), strict=True):
        draw_mark(draw, (x, y), radius, class_mark(label), NEUTRAL if latents.labels is None else class_colour(label))
    width = PICTURE_SIDE if latents.labels is None else PICTURE_SIDE + LEGEND_WIDTH
    picture = Image.new("RGB", (width, PICTURE_SIDE), PAPER)
    picture.paste(dots.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BOX))
    if latents.labels is not None:
        draw_legend(ImageDraw.Draw(picture), latents.classes, PICTURE_SIDE, PICTURE_SIDE)
    return picture


def dot_radius(n: int) -> float:
    """Radius of each of ``n`` points in pixels, decreasing with ``n``."""
    return float(np.clip(180 / np.sqrt(n), 1, 6))


def pixel_positions(points: Points, side: int) -> NDArray[np.float64]:
    """Points [N, 2] in pixels from the upper left corner, at equal scale of both axes."""
    low, high = points.min(0), points.max(0)
    scale = side * (1 - 2 * PICTURE_MARGIN) / max(float((high - low).max()), 1e-12)
    centred = (points - (low + high) / 2).astype(np.float64) * scale
    return side / 2 + centred * (1, -1)
