"""A map as a file to take along: a table (Parquet) or a picture (PNG)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, class_colour, unwritable, write_atomic
from explorer.maps.fits import MapImages, Points, Projection

if TYPE_CHECKING:
    from PIL import ImageDraw

SIDE = 1200  # of the picture, pixels
FINE = 3  # drawn so many times larger, then made smaller: smooth edges
MARGIN = 0.04
NEUTRAL = "#8C8C8C"
PAPER, INK = "#FFFFFF", "#1F2428"
LEGEND, LINE = 220, 40  # width of the legend and height of its lines, pixels


def check_target(target: Path) -> None:
    """Raise ExplorerError unless the name ends as something that can be written."""
    if target.suffix.lower() not in WRITERS:
        raise ExplorerError(f"A map cannot be written as '{target.name}'.", f"End it with {' or '.join(WRITERS)}.")


def export_map(target: Path, projection: Projection, shown: MapImages) -> None:
    """Write the map to ``target``, in the format that its name ends with; ``shown`` are the images of its points.

    Raises ExplorerError for another ending and a folder that takes no files.
    """
    check_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(target.parent, error) from error
    write_atomic(target, WRITERS[target.suffix.lower()](projection, shown))


def parquet_bytes(projection: Projection, shown: MapImages) -> bytes:
    """One row a point: split, index in it, x, y, class, KL and reconstruction in nats, squared error, mu."""
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
    """The points as dots in their classes' colours, with a legend where there are classes."""
    from PIL import Image, ImageDraw

    latents = shown.latents
    side, radius = SIDE * FINE, dot(len(projection.points)) * FINE
    dots = Image.new("RGB", (side, side), PAPER)
    draw = ImageDraw.Draw(dots)
    colours = [NEUTRAL] * len(latents) if latents.labels is None else [class_colour(i) for i in latents.labels]
    for (x, y), colour in zip(on_picture(projection.points, side), colours, strict=True):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    picture = Image.new("RGB", (SIDE if latents.labels is None else SIDE + LEGEND, SIDE), PAPER)
    picture.paste(dots.resize((SIDE, SIDE), Image.Resampling.BOX))
    if latents.labels is not None:
        draw_legend(ImageDraw.Draw(picture), latents.classes)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def draw_legend(draw: ImageDraw.ImageDraw, classes: tuple[str, ...]) -> None:
    """The first classes' names beside their colours, right of the map."""
    from PIL import ImageFont

    font = ImageFont.load_default(size=LINE // 2)
    for i, name in enumerate(classes[: SIDE // LINE - 2]):
        top = (i + 1) * LINE
        draw.ellipse((SIDE, top, SIDE + LINE // 2, top + LINE // 2), fill=class_colour(i))
        draw.text((SIDE + LINE, top), name[:16], fill=INK, font=font)


def dot(n: int) -> float:
    """The radius of one of ``n`` points, in pixels: smaller among many."""
    return float(np.clip(180 / np.sqrt(n), 1, 6))


def on_picture(points: Points, side: int) -> NDArray[np.float64]:
    """Points in pixels from the upper left corner, both axes to one scale."""
    low, high = points.min(0), points.max(0)
    scale = side * (1 - 2 * MARGIN) / max(float((high - low).max()), 1e-12)
    centred = (points - (low + high) / 2).astype(np.float64) * scale
    return side / 2 + centred * (1, -1)


WRITERS = {".parquet": parquet_bytes, ".png": png_bytes}
