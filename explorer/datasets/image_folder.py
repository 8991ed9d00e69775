"""A folder of images as a data set. Files are not moved; small sets are held in memory, large ones in a file of the
data root's cache, memory-mapped.

How a folder is read has a number, which each run keeps: with that of an earlier version a run still finds the images
that it was trained on. Reading 1 knew other layouts; 2 no classes and splits of ``metadata.csv``, and held nothing out.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, Refusal, read_json, record, settings, unwritable, when_free, write_json
from explorer.base.languages import _
from explorer.datasets.folder_layout import Layout, Placed, class_names, layout_of
from explorer.datasets.folder_layout_1 import FORMER_TONES, former_layout
from explorer.datasets.folder_metadata import with_metadata
from explorer.datasets.folder_pixels import Decoded, Look, decode_all, decode_in, first_look, in_threads
from explorer.datasets.folder_report import FolderReport, grouped, listed, report_to_json
from explorer.datasets.folder_scan import ImageFile, scan_folder, shown_path
from explorer.datasets.folder_splits import drawn, spread
from explorer.datasets.frame import CROP, Frame, frame_of
from explorer.images import Pixels, readable_name, tones_of_set

READING = 3
WITH_METADATA = 3  # the first reading that asks metadata.csv, and holds out images that were made to validate
DEFAULT_SIDE = 32
LARGEST_OWN_SIDE = 64  # pixels; larger images are trained on at the default side, for speed
LOOKED_AT = 64  # images that tell the side
MEMORY_LIMIT = 2**30  # bytes; above this the pixels live in a file
DRAWN = "a tenth drawn by the files' content"


@dataclass(frozen=True)
class Folder:
    """The images of a folder at one size, training images before test images.

    Attributes
    ----------
    pixels : uint8 [N, C, H, W].
    names : path of each image below the folder.
    labels : int64 [N], indices into ``classes``; None without classes.
    report : what was found, and what became of it.
    validation : the places of training images that were made to validate.
    """

    pixels: Pixels
    names: tuple[str, ...]
    labels: NDArray[np.int64] | None
    report: FolderReport
    validation: tuple[int, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes; none where there are fewer than two."""
        return tuple(self.report.classes)

    def part(self, split: str) -> slice:
        """The rows of a split's images."""
        return slice(0, self.report.train) if split == "train" else slice(self.report.train, None)


def read_folder(folder: Path, size: int | Frame | None = None, reading: int = READING) -> Folder:
    """Every image below ``folder``, at one size: a frame, the side of a square, or the images' own.

    Raises ExplorerError when the folder is missing, empty, or has fewer than two readable images.
    """
    layout = layout_in(folder, reading)
    return read_layout(layout, frame_of(size or side_of(layout, reading)), reading)


def layout_in(folder: Path, reading: int = READING) -> Layout:
    """The images of a folder in their places, unread; ExplorerError where there are none."""
    layout = former_layout(folder) if reading == 1 else layout_of(scan_folder(folder))
    if not layout.images:
        raise no_images(layout)
    return with_metadata(layout) if reading >= WITH_METADATA else layout


def own_side(folder: Path, reading: int = READING) -> int:
    """The side of the square that a folder's images have, or are given, pixels."""
    try:
        return side_of(layout_in(folder, reading), reading)
    except ExplorerError:  # which is told when it is read
        return DEFAULT_SIDE


def side_of(layout: Layout, reading: int) -> int:
    """The side of the first images where these are equal squares of at most ``LARGEST_OWN_SIDE``, else the default."""
    if reading == 1:
        return DEFAULT_SIDE
    looks = (first_look(layout.folder, image) for image in layout.images[:LOOKED_AT])
    found = {look.traits.size for look in looks if isinstance(look, Look)}
    width, height = found.pop() if len(found) == 1 else (0, 1)
    return width if width == height <= LARGEST_OWN_SIDE else DEFAULT_SIDE


@lru_cache(maxsize=2)  # both splits come from one reading
def read_layout(layout: Layout, frame: Frame, reading: int) -> Folder:
    """The images in their places, as one array; from the cache where they are many and unchanged."""
    large = len(layout.images) * 3 * frame.area > MEMORY_LIMIT
    cached = settings().data / "cache" / f"{key_of(layout, frame, reading)}.npy" if large else None
    found = read_cache(cached) if cached else None
    return found or read_files(layout, frame, reading, cached)


def key_of(layout: Layout, frame: Frame, reading: int) -> str:
    """Changes with any file, its place, the frame and the way of reading; of cropped squares that of old versions."""
    square = frame.height == frame.width and frame.fit == CROP
    size = str(frame.width) if square else f"{frame.height} {frame.width} {frame.fit}"
    state = hashlib.sha256(f"{reading} {size} {layout.splits}\0".encode())
    state.update(os.fsencode(layout.folder.resolve()))
    for image in layout.images:
        state.update(os.fsencode(image.file.path))
        state.update(f"\0{image.file.size}\0{image.file.modified_ns}\0{image.split}\0{image.label}".encode())
        state.update(b"\0validation\n" if image.validation else b"\n")
    return state.hexdigest()[:32]


def read_files(layout: Layout, frame: Frame, reading: int, cached: Path | None) -> Folder:
    """The folder from its files, in the way of this version or of the first; stored where it is to be ``cached``."""
    partial_file = cached.with_suffix(".partial") if cached else None
    found = (read_as_before if reading == 1 else read_anew)(layout, frame, partial_file)
    if cached:
        finish_cache(found, cached)
        return found
    grey = bool((found.pixels == found.pixels[:, :1]).all())
    return replace(found, pixels=found.pixels[:, :1].copy()) if grey else found


def read_as_before(layout: Layout, frame: Frame, file: Path | None) -> Folder:
    """The folder as reading 1: the splits are those of the layout, the tones of each image its own."""
    found = decode_in(layout.folder, layout.images, frame, FORMER_TONES, file)
    check_number(layout, len(found.kept), len(found.skipped))
    kept = list(found.kept)
    n_train = min(max(sum(image.split == "train" for image in kept), 1), len(kept) - 1)
    kept = [replace(image, split="train" if i < n_train else "test") for i, image in enumerate(kept)]
    return folder_of(layout, replace(found, kept=tuple(kept)), layout.splits, {}, found.skipped, frame.fit)


def read_anew(layout: Layout, frame: Frame, file: Path | None) -> Folder:
    """The folder after a first look at each file, which tells the set's tones and, where they are drawn, the splits."""
    seen = dict(in_threads(partial(first_look, layout.folder), layout.images))
    skipped = {image.file: look for image, look in seen.items() if isinstance(look, Refusal)}
    looks = {image.file: look for image, look in seen.items() if isinstance(look, Look)}
    tones = tones_of_set(look.traits for look in looks.values())
    while True:
        check_number(layout, len(looks), len(skipped))
        ordered, splits = divided(layout, looks)
        decoded = decode_all(layout.folder, ordered, frame, tones, file)
        skipped |= decoded.skipped
        looks = {image.file: looks[image.file] for image in decoded.kept}
        if {image.split for image in decoded.kept} == {"train", "test"}:
            return folder_of(layout, decoded, splits, looks, skipped, frame.fit)


def check_number(layout: Layout, n: int, n_skipped: int) -> None:
    """Raise ExplorerError for too few images for two splits."""
    if n < 2:
        raise too_few(layout.folder, n, n_skipped)


def divided(layout: Layout, looks: Mapping[ImageFile, Look]) -> tuple[list[Placed], str]:
    """The images that were looked at, training images first and the classes of each split in turn, and what divided
    them."""
    images, splits = [image for image in layout.images if image.file in looks], layout.splits
    if {image.split for image in images} != {"train", "test"}:
        test = drawn([looks[image.file].digest for image in images], [image.label for image in images])
        images = [replace(image, split="test" if one else "train") for image, one in zip(images, test, strict=True)]
        splits = f"{DRAWN}, since one of its splits has no readable image" if splits else DRAWN
    ordered = []
    for split in ("train", "test"):
        inside = [image for image in images if image.split == split]
        ordered += spread(inside, [image.label for image in inside])
    return ordered, splits


def folder_of(
    layout: Layout,
    decoded: Decoded,
    splits: str,
    looks: Mapping[ImageFile, Look],
    skipped: Mapping[ImageFile, Refusal],
    fit: str,
) -> Folder:
    """The folder of decoded images, training images first, with its report."""
    n_each = Counter(image.label for image in decoded.kept)
    classes = class_names(n_each)
    report = FolderReport(
        train=sum(image.split == "train" for image in decoded.kept),
        test=sum(image.split == "test" for image in decoded.kept),
        splits=splits,
        classes={name: n_each[name] for name in classes},
        smallest=smallest(looks.values()),
        largest=smallest(looks.values(), -1),
        side=decoded.pixels.shape[-1],
        height=decoded.pixels.shape[-2],
        fit=fit,
        skipped=grouped((shown_path(file.path), reason_of(file, refusal)) for file, refusal in skipped.items()),
        left_out=grouped((each.name, each.reason) for each in layout.left_out),
        pages=sum(look.traits.pages for look in looks.values()),
        tones=decoded.tones,
        notes=(f"Classes by {layout.classes_by}.",) if classes and layout.classes_by != Layout.classes_by else (),
    )
    names, labels = tuple(image.name for image in decoded.kept), labels_of(decoded.kept, classes)
    validation = tuple(i for i, image in enumerate(decoded.kept) if image.validation and image.split == "train")
    return Folder(decoded.pixels, names, labels, report, validation)


def labels_of(images: Sequence[Placed], classes: tuple[str, ...]) -> NDArray[np.int64] | None:
    """The number of each image's class: int64 [N]; None without classes."""
    number = {name: i for i, name in enumerate(classes)}
    return np.array([number[image.label] for image in images], np.int64) if classes else None


def smallest(looks: Iterable[Look], sign: int = 1) -> tuple[int, int] | None:
    """Width and height of the image of the fewest pixels or, with ``sign`` -1, of the most."""
    sizes = [look.traits.size for look in looks]
    return min(sizes, key=lambda size: sign * size[0] * size[1], default=None)


def reason_of(file: ImageFile, refusal: Refusal) -> str:
    """Why a file was not read, without its name: 'damaged or cut off'."""
    sentence = refusal.message.removeprefix(readable_name(file.path.name)).strip()
    return sentence.removeprefix("is ").removesuffix(".")


def no_images(layout: Layout) -> ExplorerError:
    """The error for a folder without images, with what is there instead."""
    groups = grouped((each.name, each.reason) for each in layout.left_out)
    others = "; ".join(f"{listed(group)} ({group.reason})" for group in groups)
    return ExplorerError(
        f"The folder {layout.folder} holds no images{f': {others}' if others else ''}.",
        _("Put PNG, JPEG, WebP, AVIF, BMP, GIF or TIFF files in it."),
    )


def too_few(folder: Path, n: int, n_skipped: int) -> ExplorerError:
    """The error for a folder that cannot be divided into two splits."""
    unreadable = f" and {n_skipped} that could not be read" if n_skipped else ""
    return ExplorerError(
        f"The folder {folder} has {n} readable image{'' if n == 1 else 's'}{unreadable}.",
        _("At least 2 are needed, one to train on and one to test."),
    )


def finish_cache(found: Folder, cached: Path) -> None:
    """Rename the pixel file to its final name; the other facts are written last and make the cache valid."""
    assert isinstance(found.pixels, np.memmap)
    found.pixels.flush()
    try:
        when_free(lambda: os.replace(cached.with_suffix(".partial"), cached))
    except OSError as error:
        raise unwritable(cached.parent, error) from error
    labels = None if found.labels is None else found.labels.tolist()
    facts = {"names": list(found.names), "labels": labels, "report": report_to_json(found.report)}
    facts["validation"] = list(found.validation)
    write_json(cached.with_suffix(".json"), facts)


def read_cache(cached: Path) -> Folder | None:
    """What was stored for the same files; None if there is none or it is incomplete."""
    try:
        facts = read_json(cached.with_suffix(".json"))
        pixels = np.load(cached, mmap_mode="r", allow_pickle=False)
        labels = None if facts["labels"] is None else np.array(facts["labels"], np.int64)
        report = record(FolderReport, facts["report"], cached)
        n, validation = report.train + report.test, tuple(facts.get("validation", ()))
        found = Folder(pixels[:n], tuple(facts["names"]), labels, report, validation)
    except (ExplorerError, OSError, ValueError, EOFError, KeyError, TypeError):
        return None
    return found if len(found.names) == len(found.pixels) == report.train + report.test else None
