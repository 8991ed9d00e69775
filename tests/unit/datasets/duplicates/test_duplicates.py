"""Planted duplicates are found, counted and dropped, and others are not."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.datasets import dataset_spec
from explorer.datasets.duplicates import Duplicates, dropped_images, find_duplicates, finding, near_images
from explorer.images import Pixels


def photographs(n: int, seed: int = 0, channels: int = 3) -> Pixels:
    """Smooth images that are all different, uint8 [n, channels, 32, 32]."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 140, (n, 1, 6, 6), np.uint8) + rng.integers(0, 70, (n, channels, 1, 1), np.uint8)
    planes = [[Image.fromarray(plane).resize((32, 32), Image.Resampling.BICUBIC) for plane in one] for one in coarse]
    return np.array([[np.asarray(plane) for plane in one] for one in planes], np.uint8)


def recompressed(image: Pixels, quality: int = 75) -> Pixels:
    """An image [3, H, W] after JPEG."""
    file = io.BytesIO()
    Image.fromarray(image.transpose(1, 2, 0)).save(file, "JPEG", quality=quality)
    with Image.open(file) as opened:
        return np.asarray(opened).transpose(2, 0, 1)


def one_pixel(image: Pixels) -> Pixels:
    """An image with a pixel inverted."""
    changed = image.copy()
    changed[:, 9, 9] ^= 255
    return changed


ALTERED = {
    "one pixel": one_pixel,
    "JPEG": recompressed,
    "darker": lambda image: (image * 0.7).astype(np.uint8),
    "brighter": lambda image: np.minimum(image, 225) + np.uint8(30),
    "noise": lambda image: np.clip(image + np.random.default_rng(1).normal(0, 3, image.shape), 0, 255).astype(np.uint8),
}
OTHER = {
    "mirrored": lambda image: image[..., ::-1],
    "of other colours": lambda image: np.stack((image[:, 0], image[:, 1], 255 - image[:, 2]), 1),
    "negative": lambda image: 255 - image,
}


@pytest.mark.parametrize("kind", ALTERED)
def test_an_altered_copy_in_test_is_near(kind: str) -> None:
    train, test = photographs(20), photographs(3, seed=1)
    test[1] = ALTERED[kind](train[7])
    found = find_duplicates(train, test)
    assert found.near.tolist() == [[7, 21]]
    assert (found.n_exact, found.n_near, found.leaked.tolist()) == (0, 1, [False, True, False])
    assert found.summary() == (
        "0 exact duplicates, 1 near-duplicate; 1 test image has a twin in the training split (0 exactly)."
    )


@pytest.mark.parametrize("kind", OTHER)
def test_what_only_resembles_is_not_near(kind: str) -> None:
    train = photographs(20)
    found = find_duplicates(train, OTHER[kind](train[:1]))
    assert found.none
    assert found.summary() == "No duplicates."


def planted() -> Duplicates:
    """Image 4 and 6 equal 1; 8 equals 5, with another label; test image 1 (11) equals 0; 12 is near 2."""
    train, test = photographs(10), photographs(3, seed=1)
    train[[4, 6]], train[8], test[1], test[2] = train[1], train[5], train[0], ALTERED["brighter"](train[2])
    labels = np.zeros(10, np.int64)
    labels[8] = 1
    return find_duplicates(train, test, (labels, np.zeros(3, np.int64)))


def test_groups_conflicts_and_leaks_are_counted() -> None:
    found = planted()
    assert found.first.tolist() == [0, 1, 2, 3, 1, 5, 1, 7, 5, 9, 10, 0, 12]
    assert found.summary() == (
        "4 exact duplicates in 3 groups, 1 near-duplicate; 2 test images have a twin in the training split "
        "(1 exactly); 1 group of equal images with different labels."
    )


def test_every_image_has_its_nearest_twin() -> None:
    twin, distance = planted().twins()
    assert twin.tolist() == [11, 4, 12, -1, 1, 8, 1, -1, 5, -1, -1, 0, 2]
    assert np.isnan(distance[[3, 7, 9, 10]]).all()
    assert (distance[[0, 1, 4, 5, 6, 8, 11]] == 0).all()
    assert 0 <= distance[2] == distance[12] < near_images.MAX_DISTANCE


def test_later_copies_and_twins_of_judging_images_are_dropped() -> None:
    found, none = planted(), np.zeros(10, np.bool_)
    exact = replace(found, near=found.near[:0], distances=found.distances[:0])
    assert np.flatnonzero(dropped_images(exact, none)).tolist() == [0, 4, 6, 8]
    assert np.flatnonzero(dropped_images(found, none)).tolist() == [0, 2, 4, 6, 8]
    held = none.copy()
    held[[0, 4]] = True
    assert np.flatnonzero(dropped_images(exact, held)).tolist() == [1, 6, 8]


def test_of_near_images_the_first_that_stays_drops_the_others() -> None:
    near = np.array([[0, 1], [1, 2], [3, 4]])
    found = Duplicates(4, np.arange(5), near, np.zeros(3, np.float32), 5, 0)
    assert dropped_images(found, np.zeros(4, np.bool_)).tolist() == [False, True, False, True]
    assert dropped_images(found, np.arange(4) == 1).tolist() == [True, False, True, True]


@pytest.mark.parametrize("channels", [1, 3])
def test_flat_images_are_equal_or_nothing(channels: int) -> None:
    train = np.full((4, channels, 12, 12), 7, np.uint8)
    train[1:] += np.arange(0, 30, 10, dtype=np.uint8)[:, None, None, None]
    found = find_duplicates(train, train[2:3])
    assert found.near.tolist() == []
    assert found.first.tolist() == [0, 0, 2, 3, 2]


def test_two_images_are_enough() -> None:
    two = photographs(2)
    assert find_duplicates(two[:1], two[1:]).none
    assert find_duplicates(two[:1], two[:1]).leaked_exactly.tolist() == [True]


def test_exact_ones_alone_are_said_to_be_so() -> None:
    assert find_duplicates(photographs(3), photographs(1, 5), near=False).summary() == "No exact duplicates."


def test_the_search_finds_all_pairs_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = dataset_spec("digits").load("train", None).pixels[:300]
    monkeypatch.setattr(near_images, "MAX_DISTANCE", 0.35)
    monkeypatch.setattr(near_images, "ROWS", 7)
    monkeypatch.setattr(near_images, "AT_ONCE", 50)
    vectors, _ = near_images.thumbnails(pixels)
    away = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    expected = np.argwhere(np.triu(away <= 0.35, 1))
    assert len(expected) > 20
    pairs, distances = near_images.near_pairs(vectors, 10**6)
    assert pairs.tolist() == expected.tolist()
    np.testing.assert_allclose(distances, away[tuple(expected.T)], atol=1e-5)
    assert len(near_images.near_pairs(vectors, 5)[0]) == 5


def test_of_many_images_some_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_COMPARED", 5)
    found = find_duplicates(photographs(8), photographs(2, seed=1))
    assert found.summary() == "No duplicates among 5 of 10 different images."


def test_cells_are_means_of_equal_parts() -> None:
    assert np.allclose(near_images.averaging(24).sum(1), 1)
    assert np.allclose(near_images.averaging(32) @ np.arange(32), np.arange(16) * 2 + 0.5)
    assert np.allclose(near_images.averaging(8), np.eye(8))
