"""Validation images: those of the training split by which a training ends early. They are not trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.base import ExplorerError
from explorer.base.languages import _
from explorer.datasets import Images, held_out_pixels, validation_draw
from explorer.datasets.duplicates import Duplicates, dropped_images, find_duplicates
from explorer.training.memory import check_pixels

if TYPE_CHECKING:
    from explorer.training.config import TrainConfig

MOST = 5000  # where the config leaves the number open
ONE_IN = 10  # images of a smaller training split


@dataclass(frozen=True)
class Division:
    """A training split in parts: the places in it of the images to train on, int64 [M], and the validation images.

    The latter, none perhaps, are binarised if the training images are, as those of the test split. ``n_dropped`` other
    images are duplicates, which are not used.
    """

    trained: NDArray[np.int64]
    validation: Images
    n_dropped: int = 0


def with_validation(config: TrainConfig, n: int, own: int = 0) -> TrainConfig:
    """The ``config`` with its number of validation images, for a training split of ``n``, ``own`` made to validate.

    Left open, it is ``own`` where there are some. Otherwise with patience it is a tenth of the split, at most ``MOST``;
    without patience nothing is chosen by them, and there are none.
    """
    if config.validation is None and own:
        return replace(config, validation=own)
    if config.validation is not None or not config.patience:
        return config
    return replace(config, validation=min(MOST, n // ONE_IN))


def check_validation(config: TrainConfig, n: int, classes: int) -> None:
    """Raise ExplorerError where the validation images leave too few of ``n`` in so many classes to train on."""
    held = config.validation or 0
    left, least = n - held, max(1, classes, config.batch_size or 1)
    if not held or left >= least:
        return
    hint = f"Choose {n - least:,} or less." if n > least else "Train without them: --validation 0."
    if left <= 0:
        raise ExplorerError(
            _("{held:,} validation images are asked for, but the training split has only {n:,} images.").format(
                held=held, n=n
            ),
            hint,
        )
    what = f"the {classes} classes" if left < classes else f"a batch of {config.batch_size:,}"
    raise ExplorerError(
        _("{held:,} validation images leave {left:,} of {n:,} to train on, fewer than {what}.").format(
            held=held, left=left, n=n, what=what
        ),
        hint,
    )


def duplicates_of(config: TrainConfig, train: Images, test: Images) -> Duplicates | None:
    """What is found of the duplicates that the ``config`` drops; None where it keeps all."""
    if config.duplicates == "keep":
        return None
    labels = train.labels, test.labels
    return find_duplicates(train.pixels, test.pixels, labels, near=config.duplicates == "drop-near")


def divided(config: TrainConfig, train: Images, duplicates: Duplicates | None) -> Division | None:
    """The training split divided as the ``config`` asks, None where all of it is trained on.

    ``duplicates`` are those that are dropped.

    Config and images decide it alone, so that a run's config repeats it. Raises ExplorerError where too few images
    would be left, or the memory does not suffice.
    """
    held = np.zeros(len(train), np.bool_)
    if config.validation:
        check_validation(config, len(train), 1 if train.labels is None else len(np.unique(train.labels)))
        held = held_out(train, config.validation)
    dropped = np.zeros(len(train), np.bool_) if duplicates is None else dropped_images(duplicates, held)
    if not (config.validation or dropped.any()):
        return None
    trained = np.flatnonzero(~held & ~dropped)
    if not len(trained):
        raise ExplorerError(
            _("All {n:,} training images are duplicates of others.").format(n=len(train)),
            _("Train with them: --duplicates keep."),
        )
    return Division(trained, validation_images(config, train, held), int(dropped.sum()))


def validation_images(config: TrainConfig, train: Images, held: NDArray[np.bool_]) -> Images:
    """The images ``held`` out, binarised as the config asks."""
    channels, height, width = train.shape
    check_pixels(int(held.sum()) * channels, height, width)
    pixels = held_out_pixels(train.pixels[held], config.binarise)
    return Images(pixels, None if train.labels is None else train.labels[held], train.classes)


def held_out(train: Images, n: int) -> NDArray[np.bool_]:
    """Which training images are held out: those that were made to validate, if these are ``n``, else ``n`` drawn."""
    if train.validation is None or len(train.validation) != n:
        return validation_draw(train.pixels, train.labels, n)
    held = np.zeros(len(train), np.bool_)
    held[train.validation] = True
    return held
