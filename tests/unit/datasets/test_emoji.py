"""The emoji that ship: all there, divided evenly, and drawn as their names say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from explorer.datasets.datasets import DATASETS, SPLITS, Images, dataset_spec
from explorer.datasets.emoji import GROUPS, SHEET, SIDE, TABLE
from explorer.datasets.model_shape import load_as
from explorer.images import Pixels
from explorer.inference.latents import originals
from explorer.runs.loaded_run import load_run
from explorer.training.config import TrainConfig
from explorer.training.presets import startable
from explorer.training.time_estimate import synthetic_images
from explorer.training.train_run import train_new
from models import model_spec
from tests.helpers import tiny_config

EMOJI = DATASETS["emoji"]
MOST_BYTES = 3_000_000  # of sheet and table


@pytest.fixture(scope="module")
def both() -> dict[str, Images]:
    return {split: EMOJI.load(split, None) for split in SPLITS}


def drawn(both: dict[str, Images], name: str) -> Pixels:
    """The emoji of this name, [3, 64, 64]."""
    for images in both.values():
        if images.names is not None and name in images.names:
            return images.pixels[images.names.index(name)]
    raise AssertionError(name)


def test_all_are_there_each_once(both: dict[str, Images]) -> None:
    assert {split: len(images) for split, images in both.items()} == {"train": 1_582, "test": 279}
    assert EMOJI.n_train == 1_582
    names = [name for images in both.values() for name in images.names or ()]
    assert len(set(names)) == len(names) == 1_861
    assert len({picture.tobytes() for images in both.values() for picture in images.pixels}) == 1_861


def test_the_groups_are_those_of_unicode_and_each_is_divided_alike(both: dict[str, Images]) -> None:
    train, test = both["train"], both["test"]
    assert train.labels is not None
    assert test.labels is not None
    whole = np.bincount(train.labels) + np.bincount(test.labels)
    assert dict(zip(GROUPS, whole.tolist(), strict=True)) == {
        "Smileys & Emotion": 166, "People & Body": 362, "Animals & Nature": 152, "Food & Drink": 133,
        "Travel & Places": 218, "Activities": 85, "Objects": 261, "Symbols": 223, "Flags": 261,
    }  # fmt: skip
    assert np.bincount(test.labels) == pytest.approx(whole * 279 / 1_861, abs=1)


@pytest.mark.parametrize(
    ("name", "group"),
    [("grinning face", 0), ("dog face", 2), ("hot beverage", 3), ("flag: Norway", 8), ("keycap: 7", 7), ("piñata", 5)],
)
def test_names_belong_to_their_groups(name: str, group: int, both: dict[str, Images]) -> None:
    found = [
        int(images.labels[images.names.index(name)])
        for images in both.values()
        if images.names is not None and images.labels is not None and name in images.names
    ]
    assert found == [group]


def test_they_lie_on_white_with_a_margin(both: dict[str, Images]) -> None:
    for images in both.values():
        margin = np.ones((SIDE, SIDE), bool)
        margin[2:-2, 2:-2] = False
        assert (images.pixels[:, :, margin] == 255).all()
        assert (images.pixels % 5 == 0).all()
        assert (images.pixels.reshape(len(images), -1).min(1) < 245).all()  # none is blank


def test_they_look_as_their_names_say(both: dict[str, Images]) -> None:
    red, green, blue = drawn(both, "flag: Japan")[:, 30:34, 30:34].mean((1, 2))
    assert red > 150 > 60 > max(green, blue)
    flag = drawn(both, "flag: Italy").astype(int)
    left, right = flag[:, 32, 10], flag[:, 32, 54]
    assert left[1] > left[0] + 50  # green
    assert right[0] > right[1] + 50  # red
    assert drawn(both, "yellow square")[:, 32, 32].tolist()[2] < 100
    assert drawn(both, "black circle")[:, 32, 32].max() < 100


@pytest.mark.parametrize("shape", [(3, 64, 64), (3, 32, 32), (1, 28, 28)])
def test_other_sizes_and_grey(shape: tuple[int, int, int], both: dict[str, Images]) -> None:
    images = load_as(dataset_spec("emoji"), "test", shape)
    assert images.pixels.shape == (279, *shape)
    assert images.names == both["test"].names
    weights = np.array([0.299, 0.587, 0.114])  # luminance, ITU-R 601
    own = both["test"].pixels.mean((2, 3))
    brightness = own @ weights if shape[0] == 1 else own
    assert np.abs(images.pixels.mean((2, 3)).squeeze() - brightness).max() < 2


def test_the_files_are_small() -> None:
    assert SHEET.stat().st_size + TABLE.stat().st_size < MOST_BYTES


def test_a_training_is_in_colour_and_its_images_have_their_names(runs_root: object) -> None:
    config = tiny_config(dataset="emoji", side=8, epochs=1)
    run = load_run(train_new(startable(config), "faces", lambda _: None, lambda: False))
    assert run.data.shape == (3, 8, 8)
    assert run.data.classes == GROUPS
    found = originals(run)
    assert found is not None
    assert found.names is not None
    assert Counter(name.split(":")[0] for name in found.names)["flag"] > 30


def test_a_convolution_is_checked_and_timed_in_colour() -> None:
    config = TrainConfig("emoji", "conv-vae", latent=32, device="cpu")
    assert startable(config) == config
    assert synthetic_images(config, model_spec(config.model)).shape == (3, 64, 64)
