"""The size that is asked for, and runs of images that are no squares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.base.errors import ExplorerError
from explorer.image_lab.preprocessing import Choices, open_for, prepared_for, preprocess
from explorer.images.image_io import to_pixels
from explorer.inference.latents import originals
from explorer.inference.reconstruction import reconstruct
from explorer.runs.loaded_run import load_model, load_run
from explorer.training import presets
from explorer.training.config import checked_config
from explorer.training.hooks import never
from explorer.training.image_size import parsed_size
from explorer.training.setup import set_up
from explorer.training.train_run import train_new
from tests.helpers import photo, tiny_config, write_folder


@pytest.mark.parametrize(
    ("text", "wanted"), [("64", (64, 64)), ("96x64", (96, 64)), (" 8 × 256 ", (8, 256)), ("100X9", (100, 9))]
)
def test_sizes_are_height_by_width(text: str, wanted: tuple[int, int]) -> None:
    assert parsed_size(text) == wanted


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"size": "big"}, "'big' is no image size."),
        ({"size": "64x"}, "'64x' is no image size."),
        ({"size": "64x64x3"}, "'64x64x3' is no image size."),
        ({"size": "7"}, "The image size is 7 x 7 pixels."),
        ({"size": "64x257"}, "The image size is 64 x 257 pixels."),
        ({"size": "64", "side": 64}, "The side is 64 pixels, and the size 64 x 64."),
        ({"fit": "squeeze"}, "There is no fit 'squeeze'."),
    ],
)
def test_sizes_that_cannot_be_are_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    for refuse in (checked_config, presets.startable):
        with pytest.raises(ExplorerError) as caught:
            refuse(tiny_config(**changes))
        assert caught.value.message == sentence
        assert caught.value.hint


def test_a_side_is_the_size_of_a_square() -> None:
    side, size = (set_up(tiny_config(**{name: value})) for name, value in (("side", 12), ("size", "12")))
    assert side.facts == size.facts
    assert np.array_equal(side.train.pixels, size.train.pixels)


@pytest.mark.usefixtures("runs_root")
@pytest.mark.parametrize("fit", ["crop", "pad"])
@pytest.mark.parametrize("architecture", ["conv", "resnet"])
def test_a_run_of_images_that_are_no_squares(fit: str, architecture: str, tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "photos", [f"{i}.png" for i in range(12)])
    config = tiny_config(dataset=f"folder:{folder}", size="24x17", fit=fit, architecture=architecture, width=4)
    run = load_run(train_new(config, "tall", lambda _: None, never))
    assert (run.data.shape, run.data.fit) == ((3, 24, 17), fit)
    again = originals(run)
    assert again is not None
    assert again.shape == (3, 24, 17)
    model = load_model(run, torch.device("cpu"))
    assert {found.decoded.shape for found in reconstruct(model, again.pixels[:2])} == {(3, 24, 17)}
    assert again.names is not None
    upload = prepared_for(run, open_for(run, folder / again.names[0])).pixels
    assert upload.shape == (3, 24, 17)
    if fit == "pad":  # exactly as in the training; a crop is cut at whole pixels, so that it can be moved
        assert np.array_equal(upload, again.pixels[0])
    with Image.open(run.path / "frames" / "epoch-0001.png") as sheet:
        assert sheet.size[1] % 25 == 24  # rows of 24 pixels, with a gap of one


@pytest.mark.usefixtures("runs_root")
def test_one_epoch_of_a_small_resnet_on_digits() -> None:
    config = tiny_config(size="32", architecture="resnet", width=4, batch_size=128, lr=3e-3)
    run = train_new(config, "resnet", lambda _: None, never)
    loaded = load_run(run)
    assert loaded.data.shape == (1, 32, 32)
    (line,) = [json.loads(text) for text in (run.path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    untrained = 32 * 32 * np.log(2)
    assert -line["test"]["elbo_nats"] < 0.8 * untrained


def test_a_padded_picture_is_taken_whole() -> None:
    picture = photo(3, (40, 30))
    whole = preprocess(picture, (3, 16, 16), fit="pad")
    assert np.array_equal(whole.pixels, to_pixels(picture, (3, 16, 16), "pad"))
    assert [step.title for step in whole.steps] == ["Original", "16 x 16"]
    assert whole.explanation == "Padded with the colour of its border to 16 x 16."
    half = preprocess(picture, (3, 16, 16), choices=Choices(zoom=2), fit="pad")
    assert np.array_equal(half.pixels, to_pixels(picture.crop((10, 8, 30, 23)), (3, 16, 16), "pad"))
