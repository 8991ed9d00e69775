"""Images of any usual layout and scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from latent_explorer import ExplorerError
from latent_explorer.pictures import array_of, bytes_of, labels_of, planes, shape_of, shown, unit

GREY = np.random.default_rng(0).random((5, 6, 4), np.float32)
COLOUR = np.random.default_rng(1).random((5, 3, 6, 4), np.float32)


@pytest.mark.parametrize("images", [GREY, GREY[:, None], GREY[..., None], list(GREY), torch.from_numpy(GREY)])
def test_grey_layouts_are_one(images: Any) -> None:
    np.testing.assert_array_equal(unit(images, (0, 1)), GREY[:, None])


@pytest.mark.parametrize("images", [COLOUR, COLOUR.transpose(0, 2, 3, 1), list(COLOUR)])
def test_colour_layouts_are_one(images: Any) -> None:
    np.testing.assert_array_equal(unit(images, (0, 1)), COLOUR)


def test_flat_rows_are_of_the_shape_that_is_wanted() -> None:
    np.testing.assert_array_equal(unit(COLOUR.reshape(5, -1), (0, 1), (3, 6, 4)), COLOUR)
    assert shape_of(np.zeros((2, 784))) == (1, 28, 28)
    assert shape_of(np.zeros((2, 3 * 64))) == (3, 8, 8)


def test_images_of_three_rows_in_channels_first_stay_so() -> None:
    images = np.random.default_rng(0).random((2, 3, 3, 3))
    np.testing.assert_array_equal(planes(images, (3, 3, 3)), images)


@pytest.mark.parametrize(("dtype", "white"), [("uint8", 255), ("bool", 1), ("float32", 3.0), ("int64", 3)])
def test_white_is_one(dtype: str, white: float) -> None:
    images = np.array([[[0, white]]]).astype(dtype)
    np.testing.assert_array_equal(unit(images, (0, 3)), [[[[0, 1]]]])


@given(st.floats(-5, 5), st.floats(0.1, 10))
def test_there_and_back(low: float, width: float) -> None:
    pixels = (low, low + width)
    found = shown(unit(GREY * width + low, pixels), pixels)
    np.testing.assert_allclose(found, GREY * width + low, atol=1e-4 * (abs(low) + width))
    assert shown(COLOUR, (0, 1)).shape == (5, 6, 4, 3)


def test_steps_of_bytes_are_kept() -> None:
    steps = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    np.testing.assert_array_equal(bytes_of(unit(steps, (0, 1)))[:, 0], steps)


@pytest.mark.parametrize(
    ("images", "said"),
    [
        (GREY * 2, "The images have values from .* to .*, out of the range from 0 to 1"),
        (GREY - 1, "out of the range"),
        (GREY + np.float32(np.nan), "out of the range"),
        ([GREY[0], GREY[0, :3]], "The images are of mixed sizes: 3 x 4 and 6 x 4"),
        (np.zeros((0, 4, 4)), "There are no images"),
        (np.zeros((2, 5)), "no layout that is known"),
        (np.zeros((2, 2, 4, 4)), "no layout that is known"),
        (np.array([["a"]]), "The images are no numbers"),
        ("images.npy", "The images are no numbers"),
    ],
)
def test_what_is_no_array_of_images(images: Any, said: str) -> None:
    with pytest.raises(ExplorerError, match=said):
        unit(images, (0, 1))


def test_another_shape_than_the_models() -> None:
    with pytest.raises(ExplorerError, match=r"do not fit. Expected are 1 x 28 x 28: .*, \[N, 28, 28\] or \[N, 784\]"):
        unit(GREY, (0, 1), (1, 28, 28))


@pytest.mark.parametrize("pixels", [(1, 0), (0, float("inf")), 5, "ab", (0, 1, 2)])
def test_ends_that_are_none(pixels: Any) -> None:
    with pytest.raises(ExplorerError, match="Give the values of black and of white"):
        unit(GREY, pixels)


def test_labels_are_numbers_or_texts_one_an_image() -> None:
    assert labels_of(torch.tensor([1, 2]), 2).tolist() == [1, 2]
    assert labels_of(np.array(["a", "b"], object), 2).tolist() == ["a", "b"]
    assert labels_of([1.0, 2.0], 2).dtype == np.int64
    with pytest.raises(ExplorerError, match="There are 3 labels for 2 images"):
        labels_of([1, 2, 3], 2)
    with pytest.raises(ExplorerError, match="Give one class an image"):
        labels_of([[1], [2]], 2)
    with pytest.raises(ExplorerError, match="Give one class an image"):
        labels_of([0.5, 1], 2)


def test_an_array_on_a_graph_is_taken() -> None:
    assert array_of(torch.ones(2, requires_grad=True), "z").tolist() == [1, 1]
