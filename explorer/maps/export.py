"""Export of a map as a table (Parquet) or a picture (PNG)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, unwritable, write_atomic
from explorer.base.palette import class_colour
from explorer.maps.fits import MapImages, Points, Projection

if TYPE_CHECKING:
    from PIL import ImageDraw

PICTURE_SIDE = 1200  # of the picture, pixels
OVERSAMPLING = 3  # antialiasing: drawn this many times larger, then averaged
PICTURE_MARGIN = 0.04  # share of the side
NEUTRAL = "#8C8C8C"
PAPER, INK = "#FFFFFF", "#1F2428"
LEGEND, LINE = 220, 40  # width of the legend and height of its lines, pixels


def check_target(target: Path) -> None:
    """Raise ExplorerError unless the file name has a suffix that can be written."""
    if target.suffix.lower() not in WRITERS:
        raise ExplorerError(f"A map cannot be written as '{target.name}'.", f"End it with {' or '.join(WRITERS)}.")


def export_map(target: Path, projection: Projection, shown: MapImages) -> None:
    """Write the map to ``target`` in the format of its suffix; ``shown`` are the images of its points.

    Raises ExplorerError for an unknown suffix and a folder that cannot be written.
    """
    check_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(target.parent, error) from error
    write_atomic(target, WRITERS[target.suffix.lower()](projection, shown))


def parquet_bytes(projection: Projection, shown: MapImages) -> bytes:
    """One row per point: split, index in it, x, y, class, KL and reconstruction in nats, squared error, mu."""
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
    columns["reconstruction_nats"], columns["mse"] = values.reconstruction_nats, values.mse
    columns.update({f"mu_{i}": column for i, column in enumerate(latents.mu.T)})
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def png_bytes(projection: Projection, shown: MapImages) -> bytes:
    """The points coloured by class, with a legend where there are classes."""
    from PIL import Image, ImageDraw

    latents = shown.latents
    side, radius = PICTURE_SIDE * OVERSAMPLING, dot_radius(len(projection.points)) * OVERSAMPLING
    dots = Image.new("RGB", (side, side), PAPER)
    draw = ImageDraw.Draw(dots)
    colours = [NEUTRAL] * len(latents) if latents.labels is None else [class_colour(i) for i in latents.labels]
    for (x, y), colour in zip(pixel_positions(projection.points, side), colours, strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    picture = Image.new("RGB", (PICTURE_SIDE if latents.labels is None else PICTURE_SIDE + LEGEND, PICTURE_SIDE), PAPER)
    picture.paste(dots.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BOX))
    if latents.labels is not None:
        draw_legend(ImageDraw.Draw(picture), latents.classes)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_legend(draw: ImageDraw.ImageDraw, classes: tuple[str, ...]) -> None:
    """Draw the names of as many classes as fit beside their colours, right of the map."""
    from PIL import ImageFont

    font = ImageFont.load_default(size=LINE // 2)
    for i, name in enumerate(classes[: PICTURE_SIDE // LINE - 2]):
        top = (i + 1) * LINE
        draw.ellipse((PICTURE_SIDE, top, PICTURE_SIDE + LINE // 2, top + LINE // 2), fill=class_colour(i))
        draw.text((PICTURE_SIDE + LINE, top), name[:16], fill=INK, font=font)


def dot_radius(n: int) -> float:
    """Radius of each of ``n`` points in pixels, decreasing with ``n``."""
    return float(np.clip(180 / np.sqrt(n), 1, 6))


def pixel_positions(points: Points, side: int) -> NDArray[np.float64]:
    """Points [N, 2] in pixels from the upper left corner, at equal scale of both axes."""
    low, high = points.min(0), points.max(0)
    scale = side * (1 - 2 * PICTURE_MARGIN) / max(float((high - low).max()), 1e-12)
    centred = (points - (low + high) / 2).astype(np.float64) * scale
    return side / 2 + centred * (1, -1)


WRITERS = {".parquet": parquet_bytes, ".png": png_bytes}
