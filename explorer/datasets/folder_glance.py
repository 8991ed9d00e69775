"""What is known of a folder of images before they are read: by the names of its files."""

from __future__ import annotations

from pathlib import Path

from explorer.datasets.folder_layout import class_names
from explorer.datasets.glance import Glance
from explorer.datasets.image_folder import layout_in


def glance_at_folder(path: Path, reading: int) -> Glance:
    """What a folder of images seems to hold, by the names of its files; ExplorerError where there are none."""
    layout = layout_in(path, reading)
    classes = class_names(image.label for image in layout.images)
    named = f" in {len(classes)} classes, named after {layout.classes_by}" if classes else ""
    splits = layout.splits or "a tenth is drawn to test"
    return Glance(
        n_train=sum(image.split != "test" for image in layout.images),
        n_drawn=sum(not image.split for image in layout.images),
        n_validation=sum(image.validation for image in layout.images),
        classes=classes,
        channels=3,
        note=f"{len(layout.images):,} images{named}, cropped square; {splits}.",
    )
