"""Pictures as the bytes of a file, in the format that its name ends with."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from PIL import Image

from explorer.base import ExplorerError

WRITTEN: dict[str, tuple[str, dict[str, Any]]] = {  # by suffix: Pillow's name of the format, and its options
    ".png": ("PNG", {"optimize": True}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"lossless": True}),
    ".bmp": ("BMP", {}),
    ".tif": ("TIFF", {"compression": "tiff_deflate"}),
    ".tiff": ("TIFF", {"compression": "tiff_deflate"}),
}


def check_picture(target: Path, what: str = "A picture", others: tuple[str, ...] = ()) -> None:
    """Raise ExplorerError unless ``target`` is no folder and ends as a picture does, or with one of ``others``."""
    refuse_folder(target)
    known = (*others, *WRITTEN)
    if target.suffix.lower() not in known:
        raise ExplorerError(f"{what} cannot be written as '{target.name}'.", f"End it with one of {', '.join(known)}.")


def refuse_folder(path: Path) -> None:
    """Raise ExplorerError where ``path``, which is to be a file, is a folder."""
    if os.path.isdir(path):
        raise ExplorerError(f"{path} is a folder.", "Give the name of a file, which may lie in it.")


def encoded(picture: Image.Image, target: Path) -> bytes:
    """The picture in the format of ``target``'s suffix, which has been checked.

    Raises ExplorerError where it is larger than the format allows.
    """
    kind, options = WRITTEN[target.suffix.lower()]
    buffer = io.BytesIO()
    try:
        picture.save(buffer, kind, **options)
    except (OSError, ValueError) as error:
        size = f"{picture.width:,} x {picture.height:,} pixels"
        raise ExplorerError(f"A picture of {size} cannot be written as {kind}.", "End the file with .png.") from error
    return buffer.getvalue()
