"""What is known of a folder of images before they are read: by the names of its files."""

from __future__ import annotations

from pathlib import Path

from explorer.base.languages import _, translate_stored
from explorer.datasets.folder_layout import class_names
from explorer.datasets.glance import Glance
from explorer.datasets.image_folder import layout_in


def glance_at_folder(path: Path, reading: int) -> Glance:
    """What a folder of images seems to hold, by the names of its files; ExplorerError where there are none."""
    layout = layout_in(path, reading)
    classes = class_names(image.label for image in layout.images)
    note = (
        _("{n:,} images in {classes} classes, named after {classes_by}, cropped square; {splits}.")
        if classes
        else _("{n:,} images, cropped square; {splits}.")
    )
    splits = translate_stored(layout.splits) if layout.splits else _("a tenth is drawn to test")
    return Glance(
        n_train=sum(image.split != "test" for image in layout.images),
        n_drawn=sum(not image.split for image in layout.images),
        n_validation=sum(image.validation for image in layout.images),
        classes=classes,
        channels=3,
        note=note.format(
            n=len(layout.images), classes=len(classes), classes_by=translate_stored(layout.classes_by), splits=splits
        ),
    )
