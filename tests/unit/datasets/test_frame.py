"""Images at sizes that are no squares, cropped and padded: what is kept of them, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.datasets import DATASETS, dataset_spec
from explorer.datasets.folder_report import report_from_json, report_sentences, report_to_json
from explorer.datasets.frame import Frame
from explorer.datasets.image_folder import key_of, layout_in, read_folder
from explorer.datasets.model_shape import load_as
from explorer.images.image_io import to_pixels
from tests.helpers import photo, write_folder

WIDE = (40, 30)  # of ``photo``: width, height


def wide(ground: tuple[int, int, int] = (250, 200, 0)) -> Image.Image:
    """40 x 20 pixels of one colour, with a black square at the left end and a white one at the right."""
    picture = Image.new("RGB", (40, 20), ground)
    picture.paste((0, 0, 0), (2, 5, 12, 15))
    picture.paste((255, 255, 255), (28, 5, 38, 15))
    return picture


def test_cropping_takes_the_middle_and_padding_the_whole() -> None:
    cropped, padded = (to_pixels(wide(), (3, 20, 20), fit) for fit in ("crop", "pad"))
    np.testing.assert_array_equal(cropped, np.asarray(wide()).transpose(2, 0, 1)[:, :, 10:30])
    assert (padded[:, [0, 4, 15, 19]] == np.array([250, 200, 0])[:, None, None]).all()  # margins: 5 above, 5 below
    middle = np.asarray(wide().resize((20, 10), Image.Resampling.LANCZOS)).transpose(2, 0, 1)
    np.testing.assert_array_equal(padded[:, 5:15], middle)


def test_grey_is_padded_by_its_own_border() -> None:
    padded = to_pixels(wide((128, 128, 128)).convert("L"), (1, 40, 40), "pad")
    assert padded.shape == (1, 40, 40)
    assert set(padded[0, [0, 9, 30, 39]].ravel().tolist()) == {128}


@pytest.mark.parametrize("fit", Frame.FITS)
@pytest.mark.parametrize("size", [(24, 16), (9, 13)])
def test_a_folder_is_read_at_any_size(fit: str, size: tuple[int, int], tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(6)])
    read = read_folder(folder, Frame(*size, fit))
    assert read.pixels.shape == (6, 3, *size)
    for name, pixels in zip(read.names, read.pixels, strict=True):
        np.testing.assert_array_equal(pixels, to_pixels(photo(int(name[0]), WIDE), (3, *size), fit))
    report = report_from_json(report_to_json(read.report), tmp_path)
    said = {"crop": "cropped to this ratio", "pad": "padded with the colour of its border"}[fit]
    (sentence,) = [each for each in report_sentences(report) if "40 x 30" in each]
    assert sentence == f"All are 40 x 30 pixels; each was {said} and resized to {size[1]} wide and {size[0]} high."


def test_reports_of_earlier_versions_are_of_squares(tmp_path: Path) -> None:
    report = read_folder(write_folder(tmp_path / "photos", ["a.png", "b.png"]), 8).report
    stored = {name: value for name, value in report_to_json(report).items() if name not in ("height", "fit")}
    sentences = report_sentences(report_from_json(stored, tmp_path))
    assert "All are 40 x 30 pixels; each was cropped square and resized to 8 x 8." in sentences
    assert sentences == report_sentences(report)


def test_each_frame_has_a_cache_of_its_own(tmp_path: Path) -> None:
    layout = layout_in(write_folder(tmp_path / "photos", ["a.png", "b.png"]))
    frames = [Frame(8, 8), Frame(8, 8, "pad"), Frame(8, 9), Frame(9, 8), Frame(8, 9, "pad")]
    assert len({key_of(layout, frame, 2) for frame in frames}) == len(frames)


def test_known_data_sets_take_frames_too() -> None:
    native = DATASETS["digits"].load("test", None)
    found = load_as(DATASETS["digits"], "test", (3, 12, 20), "pad")
    assert found.shape == (3, 12, 20)
    assert (found.pixels[:, :, :, :4] == 0).all()  # the digits' ground
    assert native.pixels.shape[0] == len(found)
    square = load_as(DATASETS["digits"], "test", (1, 28, 28), "crop")
    np.testing.assert_array_equal(square.pixels, dataset_spec("digits").load("test", 28).pixels)
