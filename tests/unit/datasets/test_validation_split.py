"""The draw of validation images: stratified, repeatable, copies on one side."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer.datasets.datasets import dataset_spec
from explorer.datasets.validation_split import validation_draw

PIXELS = np.random.default_rng(0).integers(0, 256, (1000, 1, 4, 4), np.uint8)
LABELS = np.repeat(np.arange(4), [700, 200, 95, 5])


def contents(pixels: NDArray[np.uint8]) -> set[bytes]:
    """The images, as bytes."""
    return {image.tobytes() for image in pixels}


def test_as_many_as_asked_for_each_class_its_share() -> None:
    held = validation_draw(PIXELS, LABELS, 100)
    assert np.bincount(LABELS[held]).tolist() == [70, 20, 9, 1]
    assert validation_draw(PIXELS, None, 100).sum() == 100
    assert not validation_draw(PIXELS, LABELS, 0).any()


@pytest.mark.parametrize("n", [1, 30, 990])
def test_each_class_keeps_an_image_to_train_on(n: int) -> None:
    labels = np.concatenate([np.repeat(np.arange(5), 198), np.arange(5, 15)])  # ten classes of a single image
    held = validation_draw(PIXELS, labels, min(n, 1000 - 15))
    assert held.sum() == min(n, 985)
    assert len(np.unique(labels[~held])) == 15


def test_images_alone_decide_so_that_their_order_does_not_count() -> None:
    order = np.random.default_rng(1).permutation(1000)
    held = validation_draw(PIXELS, LABELS, 100)
    assert np.array_equal(validation_draw(PIXELS[order], LABELS[order], 100), held[order])
    assert np.array_equal(held, validation_draw(PIXELS, LABELS, 100))


def test_copies_are_on_one_side_whatever_their_class() -> None:
    pixels, labels = PIXELS[:300].repeat(2, axis=0), np.tile(np.arange(2), 300)  # each image once in either class
    held = validation_draw(pixels, labels, 100)
    assert held.sum() == 100
    assert not contents(pixels[held]) & contents(pixels[~held])


def test_copies_that_leave_no_choice_make_it_fewer() -> None:
    held = validation_draw(PIXELS[:10].repeat(4, axis=0), None, 9)
    assert held.sum() == 8


def test_of_digits_it_is_disjoint_from_what_is_trained_on_and_from_the_test_split() -> None:
    train, test = (dataset_spec("digits").load(split, None) for split in ("train", "test"))
    held = validation_draw(train.pixels, train.labels, 143)
    parts = [contents(train.pixels[held]), contents(train.pixels[~held]), contents(test.pixels)]
    assert [len(part) for part in parts] == [143, 1294, 360]
    assert len(set.union(*parts)) == 1797
