"""Which examples the Image page offers, and what it opens on where the run's images are not here."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.datasets.datasets import Images
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run, find_run
from explorer.ui.common import cached
from explorer.ui.image.example import example_of
from explorer.ui.image.shipped_examples import example_files, shipped_examples
from explorer.ui.image.source_examples import MAX_EXAMPLES, of_each_class


def images(labels: list[int] | None, classes: tuple[str, ...] = ()) -> Images:
    """Blank images with these labels; 30 without."""
    pixels = np.zeros((30 if labels is None else len(labels), 1, 8, 8), np.uint8)
    return Images(pixels, None if labels is None else np.array(labels), classes)


def test_there_is_an_example_of_each_class_in_the_order_of_their_names() -> None:
    found = of_each_class(images([2, 0, 2, 1, 0], ("10", "9", "2", "none of these")))
    assert found.tolist() == [0, 3, 1]


def test_of_images_without_classes_the_first_are_examples() -> None:
    assert of_each_class(images(None)).tolist() == list(range(12))


def test_of_many_classes_some_have_an_example() -> None:
    names = tuple(str(i) for i in range(100))
    assert of_each_class(images(list(range(100)), names)).tolist() == list(range(MAX_EXAMPLES))


@pytest.mark.parametrize(("name", "suits"), [("mnist-16d", True), ("digits-2d", True), ("emoji-32d", False)])
def test_digits_are_examples_for_models_of_digits_alone(name: str, suits: bool) -> None:
    assert shipped_examples(load_run(find_run(name))) == (example_files() if suits else ())


@pytest.mark.usefixtures("shipped_root")
def test_without_images_that_ship_a_test_image_is_decoded(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run = load_run(trained)
    monkeypatch.setattr(cached, "images", lambda run, split="test": None)
    monkeypatch.setattr("explorer.ui.image.example.shipped_examples", lambda run: ())
    monkeypatch.setattr(cached, "originals", lambda run, split: None)
    example = example_of(run)
    assert example.title == "test image 0, decoded"
    assert example.picked.image is not None
    assert example.picked.image.size == (8, 8)
