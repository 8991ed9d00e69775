"""What somebody types leads to the images that it means."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.inference.latents import Latents
from explorer.maps.fits.image_index import MapImages
from explorer.maps.search import find_images
from tests.helpers import five_latents, whole

NAMES = ("cat/a-1.png", "cat/B-2.png", "dog/a-3.png", "dog/one.png", "e.png")
LABELS = np.array([2, 0, 2, 1, 0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", [3]),
        (" 0 ", [0]),
        ("5", []),
        ("1,000", []),
        ("-1", [0]),  # no number of an image, but part of the name a-1.png
        ("class two", [0, 2]),
        ("TWO", [0, 2]),
        ("class 9", []),
        ("cat", [0, 1]),
        ("b-2", [1]),
        ("png", [0, 1, 2, 3, 4]),
        ("", []),
        ("  ", []),
        ("nowhere", []),
        ("٣", [3]),
    ],
)
def test_images_are_found(text: str, found: list[int]) -> None:
    assert find_images(text, whole(five_latents(LABELS)), NAMES).tolist() == found


def test_without_labels_and_names_only_numbers_are_found() -> None:
    bare = whole(Latents(five_latents(None).values, None, ()))
    assert find_images("2", bare).tolist() == [2]
    assert find_images("two", bare).tolist() == []


def test_classes_named_by_digits_are_found_as_classes() -> None:
    digits = whole(Latents(five_latents(None).values, LABELS, ("0", "1", "2")))
    assert find_images("2", digits).tolist() == [2]
    assert find_images("class 2", digits).tolist() == [0, 2]


def test_of_a_sample_only_its_images_are_found_by_their_numbers() -> None:
    numbers = np.array([1, 3, 4])
    sample = MapImages("test", (5,), five_latents(LABELS).at(numbers), numbers)
    assert find_images("3", sample).tolist() == [1]
    assert find_images("2", sample).tolist() == []
    assert find_images("class nil", sample).tolist() == [0, 2]
    assert find_images("dog/one", sample, [NAMES[i] for i in numbers]).tolist() == [1]
