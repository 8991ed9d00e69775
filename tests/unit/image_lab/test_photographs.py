"""Photographs of digits on paper are prepared so that a classifier of MNIST's digits names them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from explorer.datasets.datasets import dataset_spec
from explorer.image_lab.preprocessing import Choices, automatic, preprocess
from explorer.measures import feature_classifier
from explorer.measures.feature_classifier import Classifier, train_classifier
from tests.photographs import KINDS, Photograph, photographs

DIGIT = (1, 28, 28)
EACH = 4
STEPS, RATE = 400, 3e-3  # of the classifier's training, a third of the app's steps


@pytest.fixture(scope="module")
def classifier(mnist: str) -> Classifier:
    """A classifier of fewer steps than the app's, nearly as good."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_classifier, "MOST_STEPS", STEPS)
        patch.setattr(feature_classifier, "LEARNING_RATE", RATE)
        return train_classifier(dataset_spec(mnist).load("train", None))


@pytest.fixture(scope="module")
def taken(mnist: str) -> list[Photograph]:
    """Photographs of every kind, of test digits."""
    test = dataset_spec(mnist).load("test", None)
    assert test.labels is not None
    return photographs(test.pixels[:, 0], test.labels, EACH, seed=4)


def named(classifier: Classifier, pixels: list[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """The classes of pictures [1, 28, 28]."""
    classes: NDArray[np.int64] = classifier.probabilities(np.stack(pixels)).argmax(1)
    return classes


def shares(right: NDArray[np.bool_], taken: list[Photograph]) -> dict[str, float]:
    """The share of each kind that was named rightly."""
    kinds = np.array([photograph.kind for photograph in taken])
    return {kind: float(right[kinds == kind].mean()) for kind in KINDS}


@pytest.mark.mnist
@pytest.mark.slow
def test_the_classifier_names_what_a_person_can_read(classifier: Classifier, taken: list[Photograph]) -> None:
    labels = np.array([photograph.label for photograph in taken])
    drawn = named(classifier, [photograph.drawing for photograph in taken]) == labels
    readable = drawn & [photograph.distinct for photograph in taken]
    assert readable.sum() >= max(60, 0.9 * len(taken)), "the generator's digits are not readable"
    prepared = [preprocess(photograph.picture, DIGIT, strokes=True) for photograph in taken]
    assert all(each.choices.even for each in prepared)
    right = named(classifier, [each.pixels for each in prepared]) == labels
    assert right[readable].mean() >= 0.95, shares(right, taken)
    assert right.mean() >= 0.9, shares(right, taken)


def page(light: NDArray[np.float64] | float = 1.0) -> NDArray[np.uint8]:
    """White paper with a one in black, 120 x 120, in some light."""
    paper = np.full((120, 120), 250.0)
    paper[30:90, 54:66] = 25
    return (paper * light).round().astype(np.uint8)


def test_each_step_on_a_photograph_is_seen() -> None:
    shaded = np.where(np.arange(120) < 40, 0.4, 1.0)[None]
    dusty = page(shaded)
    dusty[100:104, 96:116] = 20
    prepared = preprocess(Image.fromarray(dusty), DIGIT, strokes=True)
    titles = ["Original", "Light evened", "Inverted, stretched", "One sign", "28 x 28, centred"]
    assert [step.title for step in prepared.steps] == titles
    even, ink, sign = (step.picture[0] for step in prepared.steps[1:4])
    assert even[:, :30].min() > 240, "the shadow is gone"
    assert ink[102, 106] > 128
    assert sign[102, 106] == 0
    assert sign[60, 60] > 200


@pytest.mark.parametrize("exposure", [0.15, 0.3, 0.45, 1.0])
def test_dim_paper_stays_paper(exposure: float) -> None:
    bright, dim = (preprocess(Image.fromarray(page(light)), DIGIT, strokes=True) for light in (1.0, exposure))
    assert dim.choices.invert
    assert dim.pixels[0, :3].max() == 0
    assert abs(dim.pixels.astype(int) - bright.pixels).max() < 40
    if exposure < 0.5:
        assert "darker than what is around" in dim.explanation


@pytest.mark.parametrize("size", [56, 140, 280])
def test_light_strokes_on_a_dark_ground_stay_light(size: int) -> None:
    picture = Image.fromarray(255 - page()).resize((size, size))
    assert automatic(picture, DIGIT, strokes=True) == Choices(centre=True)


def test_other_signs_than_digits_keep_all_their_strokes() -> None:
    pixels = np.full((120, 120), 255, np.uint8)
    pixels[20:100, 20:30] = 0
    pixels[20:100, 80:90] = 0
    one = preprocess(Image.fromarray(pixels), DIGIT, strokes=True)
    both = preprocess(Image.fromarray(pixels), DIGIT, strokes=True, digits=False)
    assert (one.pixels[0, 14] > 100).sum() < 6
    assert len(np.flatnonzero(np.diff((both.pixels[0, 14] > 100).astype(int)) == 1)) == 2


def test_strokes_of_one_digit_stay_together() -> None:
    five = np.full((120, 120), 255, np.uint8)
    five[45:95, 40:48] = 0  # its body, and its bar, which does not touch it
    five[33:41, 50:83] = 0
    kept = preprocess(Image.fromarray(five), DIGIT, strokes=True)
    assert [step.title for step in kept.steps] == ["Original", "Inverted, stretched", "28 x 28, centred"]


def test_thin_strokes_are_widened_on_demand() -> None:
    thin = np.full((240, 240), 255, np.uint8)
    thin[40:200, 119:122] = 0
    chosen = automatic(Image.fromarray(thin), DIGIT, strokes=True)
    wide, narrow = (
        preprocess(Image.fromarray(thin), DIGIT, True, replace(chosen, widen=widen)).pixels[0, 14].sum(dtype=int)
        for widen in (True, False)
    )
    assert wide > 1.5 * narrow


def test_what_counts_as_ink_can_be_adjusted() -> None:
    faint = page().astype(float)
    faint[58:63, 20:100] = 150  # a line of the paper
    picture = Image.fromarray(faint.astype(np.uint8))
    chosen = automatic(picture, DIGIT, strokes=True)
    without, with_line = (
        preprocess(picture, DIGIT, True, replace(chosen, faintest=share)).pixels[0, 14] for share in (0.8, 0.2)
    )
    assert with_line[4:8].min() > 20
    assert without[4:8].max() == 0


def test_ink_in_a_colour_as_bright_as_its_paper_is_found() -> None:
    pixels = np.full((120, 120, 3), (120, 160, 190), np.uint8)
    pixels[30:90, 54:66] = (230, 120, 115)  # nearly the same grey
    prepared = preprocess(Image.fromarray(pixels), DIGIT, strokes=True)
    assert prepared.pixels[0, 14, 14] > 200
    assert prepared.pixels[0, :, :8].max() == 0


def test_no_ink_is_looked_for_in_a_picture_of_the_model_s_own_size() -> None:
    scan = np.full((28, 28), 255, np.uint8)
    scan[6:22, 12:15] = 0
    scan[10:14, 20:24] = 180  # three tenths as dark as the stroke
    own, larger = (
        preprocess(Image.fromarray(scan).resize((side, side), Image.Resampling.NEAREST), DIGIT, strokes=True)
        for side in (28, 224)
    )
    assert own.scan
    assert not larger.scan
    assert (own.pixels[0] == 255 - scan).all()
    assert np.count_nonzero(larger.pixels[0, :, 17:]) == 0, "what is fainter than ink is left out of a photograph"
