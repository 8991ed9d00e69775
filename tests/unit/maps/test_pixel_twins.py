"""Twins by pixels among the images of a map."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.datasets.duplicates import finding
from explorer.images import Pixels
from explorer.maps.fits.image_index import MapImages
from explorer.maps.fits.options import MapSplit
from explorer.maps.pixel_twins import PixelTwins, twins_in
from tests.helpers import five_latents


def noise(n: int) -> Pixels:
    """Images that have nothing in common."""
    return np.random.default_rng(0).integers(0, 256, (n, 1, 16, 16), np.uint8)


def planted() -> PixelTwins:
    """Eight training and five test images; test image 1 equals training image 3, test image 4 is near test image 0."""
    pixels = noise(13)
    pixels[9], pixels[12] = pixels[3], pixels[8] // 2 + 20
    return twins_in({"train": pixels[:8], "test": pixels[8:]})


def shown(split: MapSplit, sizes: tuple[int, ...], numbers: list[int]) -> MapImages:
    """A map of five of the images."""
    return MapImages(split, sizes, five_latents(None), np.array(numbers))


def test_a_twin_is_found_in_the_other_split() -> None:
    twins, test = planted(), shown("test", (5,), [0, 1, 2, 3, 4])
    own = twins.own(test)
    assert own.tolist() == [8, 9, 10, 11, 12]
    assert twins.twin[own].tolist() == [12, 3, -1, -1, 8]
    assert twins.distance[9] == 0
    assert 0 < twins.distance[8] < 0.08
    assert [twins.split_of(int(twin)) for twin in (12, 3)] == [("test", 4), ("train", 3)]
    assert [twins.number_on(test, twin) for twin in (12, 3)] == [4, 3]


def test_a_map_of_both_splits_counts_on_from_the_training_images() -> None:
    twins, both = planted(), shown("all", (8, 5), [0, 3, 8, 9, 12])
    own = twins.own(both)
    assert twins.twin[own].tolist() == [-1, 9, 12, 3, 8]
    assert [twins.number_on(both, twin) for twin in (9, 3)] == [9, 3]


def test_training_images_have_test_images_for_twins() -> None:
    twins, train = planted(), shown("train", (8,), [1, 3, 4, 5, 6])
    assert twins.twin[twins.own(train)].tolist() == [-1, 9, -1, -1, -1]
    assert twins.number_on(train, 9) == 1


def test_one_split_is_searched_alone() -> None:
    pixels = noise(5)
    pixels[4] = pixels[1]
    alone = twins_in({"test": pixels})
    assert alone.missing == ("train",)
    assert alone.twin[alone.own(shown("test", (5,), [0, 1, 2, 3, 4]))].tolist() == [-1, 4, -1, -1, 1]


def test_many_images_are_searched_for_equal_ones_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "QUICK", 12)
    twins = planted()
    assert twins.found.compared is None
    assert twins.twin.tolist().count(-1) == 11
