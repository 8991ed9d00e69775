"""Data sets at the shapes of models: the pixels that come out, and the sentence on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.datasets.datasets import DATASETS, dataset_spec
from explorer.datasets.model_shape import Shape, fit_note, load_as
from explorer.images.image_io import to_picture, to_pixels
from tests.helpers import write_folder, write_mnist_like

DIGITS = DATASETS["digits"]


@pytest.fixture
def mnist_like(data_root: Path) -> None:
    """Noise in place of MNIST."""
    write_mnist_like(data_root, "MNIST")


@pytest.mark.usefixtures("mnist_like")
def test_what_has_the_shape_is_not_touched() -> None:
    native = DATASETS["mnist"].load("test", None)
    found = load_as(DATASETS["mnist"], "test", (1, 28, 28))
    assert np.array_equal(found.pixels, native.pixels)
    assert found.fingerprint() == native.fingerprint()
    assert fit_note(DATASETS["mnist"], (1, 28, 28)) == ""


@pytest.mark.usefixtures("mnist_like")
@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 32, 32), (3, 64, 64), (1, 48, 80), (3, 80, 48)])
def test_images_are_resized_cut_and_given_channels(shape: Shape) -> None:
    channels, height, width = shape
    native, found = DATASETS["mnist"].load("test", None), load_as(DATASETS["mnist"], "test", shape)
    assert found.pixels.dtype == np.uint8
    assert found.shape == shape
    assert np.array_equal(found.labels, native.labels)  # type: ignore[arg-type]
    longer = max(height, width)
    whole = to_pixels(to_picture(native.pixels[3]), (1, longer, longer))
    top, left = (longer - height) // 2, (longer - width) // 2
    for channel in range(channels):
        assert np.array_equal(found.pixels[3, channel], whole[0, top : top + height, left : left + width])


def test_colour_becomes_luminance(data_root: Path, tmp_path: Path) -> None:
    spec = dataset_spec(f"folder:{write_folder(tmp_path / 'photos', [f'{i}.png' for i in range(6)])}")
    colour, grey = spec.load("test", 16).pixels, load_as(spec, "test", (1, 16, 16)).pixels
    weighed = np.tensordot([0.299, 0.587, 0.114], colour.astype(float), (0, 1))  # ITU-R 601
    assert np.abs(grey[:, 0] - weighed).max() <= 1
    assert fit_note(spec, (1, 16, 16)).endswith("are resized to 16 x 16 and turned to grey.")


def test_the_sentence_says_all_that_is_done() -> None:
    assert fit_note(DIGITS, (1, 32, 32)) == "The images of Digits 8 x 8, 8 x 8, are resized to 32 x 32."
    expected = "are resized to 12 x 12, cut to the middle 10 x 12 and given three equal channels."
    assert fit_note(DIGITS, (3, 10, 12)).endswith(expected)


def test_other_numbers_of_channels_are_a_sentence() -> None:
    with pytest.raises(ExplorerError, match="images have 4 channels"):
        load_as(DIGITS, "test", (4, 8, 8))
