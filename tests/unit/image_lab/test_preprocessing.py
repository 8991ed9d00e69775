"""From a picture to what a model sees: what is chosen automatically, and what by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.binarisation import held_out_pixels
from explorer.image_lab.preprocessing import (
    Choices,
    automatic,
    crop_box,
    open_for,
    prepared_for,
    preprocess,
    preprocessing_note,
)
from explorer.images.image_io import open_image
from explorer.runs.loaded_run import load_run
from explorer.training.train_run import train_new
from tests.helpers import digit_picture, photo, tiny_config

DIGIT = (1, 28, 28)
ON_PAPER = Choices(even=True, invert=True, stretch=True, one_sign=True, widen=True, centre=True)


def test_ink_on_paper_is_inverted_and_centred_for_digit_models() -> None:
    prepared = preprocess(digit_picture(), DIGIT, strokes=True)
    assert prepared.choices == ON_PAPER
    pixels = prepared.pixels[0].astype(float)
    assert pixels[0].max() == 0  # black around
    assert pixels.max() > 200
    rows, _ = np.nonzero(pixels > 100)
    assert rows.max() - rows.min() + 1 == pytest.approx(20, abs=1)  # as MNIST was made
    weights = pixels / pixels.sum()
    middle = [(weights.sum(axis) * (np.arange(28) + 0.5)).sum() for axis in (0, 1)]
    assert middle == pytest.approx([14, 14], abs=0.6)
    assert [step.title for step in prepared.steps] == ["Original", "Inverted, stretched", "28 x 28, centred"]


def test_light_strokes_on_black_are_not_inverted() -> None:
    prepared = preprocess(digit_picture(ink=255, paper=0), DIGIT, strokes=True)
    assert prepared.choices == Choices(centre=True)
    assert prepared.pixels[0, 0].max() == 0


def test_a_picture_of_the_model_s_own_size_stays_as_it_is() -> None:
    pixels = np.zeros((28, 28), np.uint8)
    pixels[3:9, 4:8] = 250
    prepared = preprocess(Image.fromarray(pixels), DIGIT, strokes=True)
    assert prepared.choices == Choices()
    assert (prepared.pixels[0] == pixels).all()


def test_the_choice_is_the_visitor_s() -> None:
    assert preprocess(digit_picture(), DIGIT, True, Choices()).pixels[0, 0, 0] == 255
    inverted = preprocess(digit_picture(), DIGIT, True, Choices(invert=True)).pixels
    assert inverted[0, 0, 0] == 0
    centred = preprocess(digit_picture(), DIGIT, True, Choices(invert=True, centre=True)).pixels
    assert (centred != inverted).any()


@pytest.mark.parametrize("shape", [(3, 32, 32), (1, 32, 32)])
def test_models_of_no_strokes_take_the_middle_as_it_is(shape: tuple[int, int, int]) -> None:
    assert automatic(photo(), shape, strokes=False) == Choices()
    assert automatic(photo(), (3, 32, 32), strokes=True) == Choices()


def test_a_colour_picture_is_not_centred() -> None:
    picture, shape = photo(size=(60, 40)), (3, 32, 32)
    centred = preprocess(picture, shape, choices=Choices(centre=True)).pixels
    assert (centred == preprocess(picture, shape).pixels).all()


@pytest.mark.parametrize(
    ("choices", "box"),
    [
        (Choices(), (30, 0, 70, 40)),
        (Choices(x=0), (0, 0, 40, 40)),
        (Choices(x=1, y=1), (60, 0, 100, 40)),
        (Choices(zoom=2), (40, 10, 60, 30)),
        (Choices(zoom=2, x=1, y=1), (80, 20, 100, 40)),
        (Choices(zoom=4, x=0.25, y=0), (22, 0, 32, 10)),
    ],
)
def test_the_crop_lies_where_it_is_moved_to(choices: Choices, box: tuple[int, int, int, int]) -> None:
    assert crop_box((100, 40), (1, 8, 8), choices) == box


def test_the_crop_is_what_is_seen() -> None:
    wide = np.zeros((20, 60), np.uint8)
    wide[:, 40:] = 255
    picture = Image.fromarray(wide)
    left, right = (preprocess(picture, (1, 4, 4), choices=Choices(x=x)) for x in (0, 1))
    assert left.pixels.max() == 0
    assert right.pixels.min() == 255
    assert [step.title for step in right.steps] == ["Original", "Crop", "4 x 4"]
    assert right.steps[0].box == (40, 0, 60, 20)


def test_a_crop_has_the_model_s_proportions() -> None:
    assert crop_box((100, 40), (1, 10, 20), Choices()) == (10, 0, 90, 40)


def test_contrast_of_a_photograph_is_stretched_on_demand() -> None:
    dull = Image.fromarray(np.linspace(100, 150, 400).astype(np.uint8).reshape(20, 20))
    assert np.ptp(preprocess(dull, (1, 20, 20)).pixels) == 50
    assert np.ptp(preprocess(dull, (1, 20, 20), choices=Choices(stretch=True)).pixels) == 255


@pytest.mark.parametrize(
    ("picture", "strokes", "sentence"),
    [
        (
            digit_picture(),
            True,
            "Inverted and stretched, because its border is bright: ink on paper; centred by mass, as MNIST was made.",
        ),
        (digit_picture(ink=255, paper=0), True, "Centred by mass, as MNIST was made."),
        (Image.new("L", (28, 28)), True, "The model's own size, 28 x 28: taken as it is."),
        (photo(), False, "Resized to 28 x 28."),
    ],
)
def test_the_automatic_choice_says_what_it_did(picture: Image.Image, strokes: bool, sentence: str) -> None:
    prepared = preprocess(picture, DIGIT, strokes)
    assert prepared.explanation == preprocessing_note(picture, DIGIT, automatic(picture, DIGIT, strokes)) == sentence
    assert prepared.choices == prepared.automatic
    adjusted = preprocess(picture, DIGIT, strokes, Choices(zoom=2))
    assert (adjusted.choices, adjusted.automatic) == (Choices(zoom=2), prepared.automatic)


@pytest.mark.parametrize("paper", [0, 255])
def test_a_blank_sheet_is_prepared_too(paper: int) -> None:
    blank = Image.new("L", (50, 70), paper)
    assert preprocess(blank, (1, 28, 28), strokes=True).pixels.max() == 0


def test_an_evenly_grey_sheet_is_prepared_too() -> None:
    prepared = preprocess(Image.new("L", (50, 70), 200), (1, 28, 28), strokes=True)
    assert prepared.choices.invert
    assert prepared.pixels.max() == 0
    assert preprocess(Image.new("L", (50, 70), 200), DIGIT, True, replace(ON_PAPER, even=False)).pixels.max() == 55


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (3, 5)])
def test_odd_sizes_are_prepared_too(size: tuple[int, int]) -> None:
    assert preprocess(photo(size=size), (1, 8, 8), strokes=True).pixels.shape == (1, 8, 8)


def test_unevenly_lit_paper_becomes_black_around_the_ink() -> None:
    light = np.linspace(250, 170, 120)[None].repeat(120, 0)  # a lamp at the left
    light[10:70, 20:32] = 40
    prepared = preprocess(Image.fromarray(light.astype(np.uint8)), (1, 28, 28), strokes=True)
    ink = prepared.pixels[0] > 128
    assert np.flatnonzero(ink.any(1)).tolist() == list(range(4, 24))  # 20 of 28, in the middle
    assert prepared.pixels[0][:, :8].max() == 0
    assert prepared.pixels[0][:, 20:].max() == 0


def test_the_grain_of_a_blank_sheet_is_not_stretched() -> None:
    grain = np.random.default_rng(0).integers(225, 240, (60, 60), np.uint8)
    prepared = preprocess(Image.fromarray(grain), (1, 28, 28), strokes=True)
    assert prepared.choices.invert
    assert prepared.pixels.max() < 40


def test_a_run_of_black_and_white_pixels_sees_such_ones(runs_root: Path) -> None:
    config = replace(tiny_config(), binarise="dynamic")
    run = train_new(config, "coins", lambda _: None, lambda: False)
    prepared = prepared_for(load_run(run), digit_picture())
    assert set(np.unique(prepared.pixels)) == {0, 255}
    assert prepared.steps[-1].title == "Binarised"
    grey = preprocess(digit_picture(), (1, 8, 8), strokes=True).pixels
    assert (held_out_pixels(grey[None], "dynamic")[0] == prepared.pixels).all()
    again = prepared_for(load_run(run), Image.fromarray(prepared.pixels[0]))  # of its own size: stays as it is
    assert (again.pixels == prepared.pixels).all()


def test_a_picture_has_the_tones_of_the_images_that_the_model_was_trained_on(tmp_path: Path, runs_root: Path) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for i, value in enumerate((0, 1000, 2000)):
        Image.fromarray(np.full((8, 8), value, np.uint16)).save(folder / f"{i}.png")
    run = load_run(train_new(tiny_config(dataset=f"folder:{folder}"), "scans", lambda _: None, lambda: False))
    picture = open_for(run, folder / "1.png")
    assert np.asarray(picture).max() == 128
    assert np.asarray(open_image(folder / "1.png")).max() == round(1000 / 1023 * 255)
