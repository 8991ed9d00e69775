"""The table of data sets; each loads as one uint8 array of pixels, with labels where there are any.

To add one: a loader (here or in a file of its own) and one entry in ``DATASETS``.
Train and test splits are disjoint and the same on every machine.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError, settings
from explorer.base.languages import N_, _
from explorer.base.text import did_you_mean
from explorer.datasets import dsprites, emoji, shapes
from explorer.datasets import image_folder as folders
from explorer.datasets.arrays import array_options, arrays_path, glance_at, open_arrays, own_side, read_arrays
from explorer.datasets.columns import Column
from explorer.datasets.folder_glance import glance_at_folder
from explorer.datasets.folder_report import FolderReport
from explorer.datasets.frame import Frame, frame_of
from explorer.datasets.glance import Glance
from explorer.datasets.mnist_files import IDX_FILES, MNIST_TEST, ensure_downloaded, idx_length, missing_files, read_idx
from explorer.datasets.names import ARRAYS, FOLDER, folder_path, path_meant
from explorer.images import Pixels, to_picture, to_pixels

Split = Literal["train", "test"]
Size = int | Frame | None  # an int is the side of a square, for which images are cropped; None is the native size
SPLITS: tuple[Split, ...] = ("train", "test")
DIGIT_CLASSES = tuple("0123456789")
DIGITS = Path(__file__).with_name("digits.npz")  # images, labels, and which of them are the test split


@dataclass(frozen=True)
class Images:
    """One split of a data set.

    Attributes
    ----------
    pixels : uint8 [N, C, H, W].
    labels : int64 [N], indices into ``classes``; None without labels.
    names : file names of a folder's images, names of emoji; None for other data sets.
    report : what was found in a folder or in files of arrays; None for other data sets.
    factors : int64 [N, F], indices of the generative factors ``factor_names``; None where they are unknown.
    columns : what else is known of each image.
    validation : int64 [M], the places of images of the training split that were made to validate; None without.
    categories : those of ``factor_names`` whose values have no order.
    """

    pixels: Pixels
    labels: NDArray[np.int64] | None
    classes: tuple[str, ...]
    names: tuple[str, ...] | None = None
    report: FolderReport | None = None
    factors: NDArray[np.int64] | None = None
    factor_names: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    validation: NDArray[np.int64] | None = None
    categories: tuple[str, ...] = ()

    @property
    def n_validation(self) -> int:
        """The number of training images that were made to validate."""
        return 0 if self.validation is None else len(self.validation)

    def __len__(self) -> int:
        """The number of images."""
        return len(self.pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height, width."""
        return tuple(self.pixels.shape[1:])

    def fingerprint(self) -> str:
        """SHA-256 over shape, pixels and labels: equal for equal data on any machine."""
        digest = hashlib.sha256(repr(self.pixels.shape).encode())
        for start in range(0, len(self), 8192):
            digest.update(np.ascontiguousarray(self.pixels[start : start + 8192]).data)
        if self.labels is not None:
            digest.update(np.ascontiguousarray(self.labels.astype("<i8")).data)
        return digest.hexdigest()


@dataclass(frozen=True)
class DatasetSpec:
    """One entry of ``DATASETS``.

    Attributes
    ----------
    load : ``load(split, size)`` returns the images; an int is the side of a square, None the native size. May raise
        ExplorerError.
    native : height and width, pixels, or how to find them out.
    n_train : number of training images; None where the files have to be counted.
    strokes : images are light strokes on black, so that an upload may be inverted and centred.
    present : whether it can be loaded without the internet.
    classes : their names; empty where the files have to be read.
    n_train_here : number of training images in the files that are here; None where it is ``n_train``.
    channels : 1 for grey images, 3 for colour, or at most; None where ``glance`` tells.
    test_ships : the test split comes with the product, also where the rest would have to be downloaded.
    glance : what the files hold, unread; may raise ExplorerError. None where the entry says all.
    """

    title: str
    summary: str
    load: Callable[[Split, Size], Images]
    native: int | Callable[[], int]
    n_train: int | None
    strokes: bool = False
    present: Callable[[], bool] = lambda: True
    classes: tuple[str, ...] = ()
    n_train_here: Callable[[], int] | None = None
    channels: int | None = 1
    test_ships: bool = False
    glance: Callable[[], Glance] | None = None

    def here(self, split: Split) -> bool:
        """Whether a split can be loaded without the internet."""
        return self.present() or (self.test_ships and split == "test")

    @property
    def side(self) -> int:
        """Native height and width, pixels; of a folder, found by looking at some of its images."""
        return self.native if isinstance(self.native, int) else self.native()


def resized(images: Images, size: Size) -> Images:
    """The images resized to a square of ``size`` x ``size`` pixels, or to a frame (Lanczos)."""
    channels, height, width = images.shape
    if size is None:
        return images
    frame = frame_of(size)
    if (frame.height, frame.width) == (height, width):
        return images
    pixels = np.empty((len(images), channels, frame.height, frame.width), np.uint8)
    for place, picture in enumerate(images.pixels):
        pixels[place] = to_pixels(to_picture(picture), pixels.shape[1:], frame.fit)
    return replace(images, pixels=pixels)


def load_digits(split: Split, size: Size) -> Images:
    """scikit-learn's 1,797 digits of 8 x 8 pixels; a stratified fifth is the test split.

    From the UCI machine learning repository (Alpaydin & Kaynak 1998, CC BY 4.0); stored as a file beside this module,
    since importing scikit-learn takes seconds.
    """
    with np.load(DIGITS, allow_pickle=False) as file:
        chosen = file["test"] == (split == "test")
        images, labels = file["images"][chosen], file["labels"][chosen]
    pixels = (images[:, None] * (255 / 16)).round().astype(np.uint8)
    return resized(Images(pixels, labels.astype(np.int64), DIGIT_CLASSES), size)


def load_shapes(split: Split, size: Size) -> Images:
    """Squares, ellipses and hearts of known shape, scale, rotation, x and y: 10,000 to train on, 2,000 to test."""
    factors = shapes.factors_of(shapes.split_numbers(split))
    return drawn(shapes.draw_shapes(factors), factors, tuple(shapes.FACTORS), size)


def load_dsprites(split: Split, size: Size) -> Images:
    """A sample of the grid of dSprites with its factors: 60,000 to train on, 9,000 to test."""
    numbers, names = dsprites.split_numbers(split), tuple(dsprites.FACTORS)
    factors = dsprites.factors_of(numbers)
    return drawn(dsprites.draw(numbers), factors, names, size)


def drawn(pixels: Pixels, factors: NDArray[np.int64], names: tuple[str, ...], size: Size) -> Images:
    """Images of shapes drawn from factors [N, F], of which the first is the shape."""
    found = Images(pixels, factors[:, 0], shapes.SHAPES, factors=factors, factor_names=names, categories=names[:1])
    return resized(found, size)


def load_emoji(split: Split, size: Size) -> Images:
    """1,861 emoji of Noto Color Emoji in the groups of Unicode; a stratified 15 % is the test split."""
    found = emoji.read_emoji(split)
    return resized(Images(found.pixels, found.groups, emoji.GROUPS, found.names), size)


def torchvision_loader(
    name: str, classes: tuple[str, ...], shipped: tuple[Path, ...] = ()
) -> Callable[[Split, Size], Images]:
    """The loader of one of torchvision's MNIST-like data sets; missing files are downloaded.

    ``shipped`` are images and labels of a test split that come with the product, and serve where files are missing.
    """

    def load(split: Split, size: Size) -> Images:
        raw = settings().data / name / "raw"
        files = [raw / file for file in (IDX_FILES[:2] if split == "train" else IDX_FILES[2:])]
        if split == "test" and shipped and missing_files(raw):
            files = [*shipped]
        else:
            ensure_downloaded(name, raw)
        try:
            pixels, labels = map(read_idx, files)
            if pixels.shape != (len(labels), MNIST_SIDE, MNIST_SIDE):
                raise ValueError(f"{len(labels)} labels for images of shape {pixels.shape}")
        except (OSError, ValueError) as error:
            raise ExplorerError(
                _("The {name} files in {raw} are damaged: {error}.").format(name=name, raw=raw, error=error),
                _("Delete that folder, so that they are fetched again."),
            ) from error
        return resized(Images(pixels[:, None], labels.astype(np.int64), classes), size)

    return load


MNIST_SIDE = 28  # of all MNIST-like sets
MNIST_TRAIN = 60_000


def torchvision_spec(
    title: str, summary: str, name: str, classes: tuple[str, ...], strokes: bool, shipped: tuple[Path, ...] = ()
) -> DatasetSpec:
    """The entry of a torchvision data set in MNIST's file format; ``shipped`` as in ``torchvision_loader``."""

    def present() -> bool:
        return not missing_files(settings().data / name / "raw")

    def n_train_here() -> int:
        try:
            return idx_length(settings().data / name / "raw" / IDX_FILES[0])
        except (OSError, ValueError):  # damaged, as whoever loads it is told
            return MNIST_TRAIN

    load = torchvision_loader(name, classes, shipped)
    return DatasetSpec(
        title, summary, load, MNIST_SIDE, MNIST_TRAIN, strokes, present, classes, n_train_here, test_ships=bool(shipped)
    )


def folder_dataset(text: str, reading: int) -> DatasetSpec:
    """The data set of ``folder:PATH``, read as a version of the program did."""
    path = folder_path(text)

    def load(split: Split, size: Size) -> Images:
        read = folders.read_folder(path, size, reading)
        part = read.part(split)
        labels = None if read.labels is None else read.labels[part]
        found = Images(read.pixels[part], labels, read.classes, read.names[part], read.report)
        held = read.validation if split == "train" and reading >= folders.WITH_METADATA else ()
        return replace(found, validation=np.array(held, np.int64) if held else None)

    present, native = partial(os.path.isdir, path), partial(folders.own_side, path, reading)
    glance = partial(glance_at_folder, path, reading)
    title = f"Folder {path.name}"
    return DatasetSpec(
        title, f"images in {path}", load, native, n_train=None, present=present, channels=3, glance=glance
    )


def arrays_dataset(text: str) -> DatasetSpec:
    """The data set of ``arrays:PATH``, with what the name says of how it is to be read."""
    path, options = arrays_path(text), array_options(text)

    def load(split: Split, size: Size) -> Images:
        read = read_arrays(open_arrays(path, options), size)
        labels = None if read.labels is None else read.labels[split]
        factors = None if read.factors is None else read.factors[split]
        return Images(
            read.pixels[split], labels, read.classes, None, read.report, factors, read.factor_names,
            read.columns[split], read.validation if split == "train" and len(read.validation) else None,
        )  # fmt: skip

    def native() -> int:
        try:
            return own_side(open_arrays(path, options))
        except ExplorerError:  # which is told when it is read
            return folders.DEFAULT_SIDE

    def glance() -> Glance:
        return glance_at(open_arrays(path, options))

    present = partial(os.path.isfile, path)
    title, summary = f"Arrays {path.name}", f"images in {path}"
    return DatasetSpec(title, summary, load, native, n_train=None, present=present, channels=None, glance=glance)


DATASETS: dict[str, DatasetSpec] = {
    "digits": DatasetSpec(
        N_("Digits 8 x 8"), N_("1,797 small handwritten digits; always here"), load_digits, 8, 1_437, True,
        classes=DIGIT_CLASSES,
    ),
    "mnist": torchvision_spec(
        N_("MNIST"), N_("70,000 handwritten digits"), "MNIST", DIGIT_CLASSES, strokes=True, shipped=MNIST_TEST
    ),
    "fashion-mnist": torchvision_spec(
        N_("Fashion-MNIST"), N_("70,000 pictures of clothes"), "FashionMNIST",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        strokes=False,
    ),
    "kmnist": torchvision_spec(
        N_("KMNIST"), N_("70,000 cursive Japanese letters"), "KMNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"), strokes=True,
    ),
    "shapes": DatasetSpec(
        N_("Shapes 64 x 64"), N_("12,000 white shapes drawn from five known factors; always here"), load_shapes,
        shapes.SIDE, shapes.N_TRAIN, classes=shapes.SHAPES,
    ),
    "emoji": DatasetSpec(
        N_("Emoji 64 x 64"), N_("1,861 emoji in colour, in nine groups; always here"), load_emoji, emoji.SIDE,
        emoji.N_TRAIN,
        classes=emoji.GROUPS, channels=3,
    ),
    "dsprites": DatasetSpec(
        N_("dSprites 64 x 64"), N_("69,000 of the 737,280 sprites drawn from five known factors; always here"),
        load_dsprites,
        shapes.SIDE, dsprites.N_TRAIN, classes=shapes.SHAPES,
    ),
}  # fmt: skip


def dataset_spec(name: str, reading: int = folders.READING) -> DatasetSpec:
    """The entry ``name``, or what ``folder:PATH`` or ``arrays:FILE`` names; ExplorerError names the known ones.

    ``reading`` is that of a run (``runs.DataFacts``), whose images are then divided as they were for it.
    """
    if name.startswith(FOLDER):
        return folder_dataset(name, reading)
    if name.startswith(ARRAYS):
        return arrays_dataset(name)
    if name not in DATASETS:
        known = ", ".join([*DATASETS, "folder:PATH", "arrays:FILE"])
        meant = path_meant(name) or did_you_mean(name, DATASETS)
        raise ExplorerError(
            _("There is no data set '{name}'.").format(name=name),
            _("{meant}Choose one of: {known}.").format(meant=meant, known=known),
        )
    return DATASETS[name]
