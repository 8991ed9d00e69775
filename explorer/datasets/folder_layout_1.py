"""The layout that runs of earlier versions were trained with (reading 1): kept, so that they find their images again.

Only a folder of exactly ``train`` and ``test`` had splits of its own; elsewhere a tenth was drawn by place.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets.folder_layout import Layout, Placed
from explorer.datasets.folder_scan import ImageFile
from explorer.images import Tones

FORMER_SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".ppm", ".pgm", ".pbm"}
FORMER_TONES = Tones(integers=(0, 65535), ground="white")


def former_layout(folder: Path) -> Layout:
    """Each image with its split and class as of reading 1, training images first, in the order of the pixels."""
    root = folder.resolve()
    try:
        paths = sorted(path for path in folder.rglob("*") if is_taken(path, root))
        has_splits = has_exactly_two(folder)
        images = [image_file(path, folder) for path in paths]
    except OSError as error:
        raise ExplorerError(
            _("The folder {folder} could not be read: {strerror}.").format(folder=folder, strerror=error.strerror),
            _("Check its rights."),
        ) from error
    test = test_places(images, has_splits)
    skip = 1 if has_splits else 0  # 'train' and 'test' were not classes
    placed = [
        Placed(image, "test" if i in test else "train", next(iter(image.path.parts[skip:-1]), ""))
        for i, image in enumerate(images)
    ]
    ordered = [each for split in ("train", "test") for each in placed if each.split == split]
    return Layout(folder, tuple(ordered), (), "as an earlier version divided them")


def is_taken(path: Path, root: Path) -> bool:
    """Whether a path was an image of the folder."""
    return path.suffix.lower() in FORMER_SUFFIXES and path.is_file() and path.resolve().is_relative_to(root)


def image_file(path: Path, folder: Path) -> ImageFile:
    """The file with its facts."""
    facts = path.stat()
    return ImageFile(path.relative_to(folder), facts.st_size, facts.st_mtime_ns)


def has_exactly_two(folder: Path) -> bool:
    """Whether the folder consists of non-empty subfolders ``train`` and ``test``."""
    inside = {path.name for path in folder.iterdir() if path.is_dir() and next(path.rglob("*"), None)}
    return inside == {"train", "test"}


def test_places(images: list[ImageFile], has_splits: bool) -> set[int]:
    """The places of the test images: the folder's own, else a tenth drawn by the places of all."""
    if has_splits:
        return {i for i, image in enumerate(images) if image.path.parts[0] == "test"}
    order = np.random.default_rng(0).permutation(len(images))
    return set(order[: max(1, round(len(images) * 0.1))].tolist())
