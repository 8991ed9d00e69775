"""Holes: what the presets hide, and which masks are refused."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.image_lab.inpainting.masks import MASK_PRESETS, Mask, checked_mask

SHAPE = (3, 8, 12)


def preset(name: str, seed: int = 0) -> Mask:
    return MASK_PRESETS[name](*SHAPE[1:], np.random.default_rng(seed))


def test_halves_are_halves() -> None:
    whole = np.ones(SHAPE[1:], bool)
    for one, other in (("Lower half", "Upper half"), ("Left", "Right")):
        assert preset(one).sum() == preset(other).sum() == whole.sum() / 2
        np.testing.assert_array_equal(preset(one), ~preset(other))
    assert preset("Lower half")[4:].all()
    assert preset("Left")[:, :6].all()
    centre = np.zeros(SHAPE[1:], bool)
    centre[2:6, 3:9] = True
    np.testing.assert_array_equal(preset("Centre"), centre)


@pytest.mark.parametrize("seed", range(50))
def test_a_random_box_is_a_box_of_its_seed(seed: int) -> None:
    mask = MASK_PRESETS["Random box"](28, 28, np.random.default_rng(seed))
    down, across = mask.any(1), mask.any(0)
    np.testing.assert_array_equal(mask, np.outer(down, across))
    assert 7 <= down.sum() <= 21
    assert 7 <= across.sum() <= 21
    assert not np.array_equal(mask, MASK_PRESETS["Random box"](28, 28, np.random.default_rng(seed + 50)))


@pytest.mark.parametrize("name", MASK_PRESETS)
@pytest.mark.parametrize("side", [8, 28, 64])
def test_every_preset_can_be_completed(name: str, side: int) -> None:
    mask = MASK_PRESETS[name](side, side, np.random.default_rng(1))
    np.testing.assert_array_equal(checked_mask(mask, (1, side, side)), mask)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (None, "Nothing is hidden"),
        (np.zeros((8, 12), np.uint8), "Nothing is hidden"),
        (np.ones((8, 12), np.uint8), "Everything is hidden"),
        (np.ones((12, 8), np.uint8), "The mask has 12 x 8 pixels"),
        (np.ones((1, 8, 12), bool), "The mask has 1 x 8 x 12 pixels"),
        (np.ones(96, bool), "The mask has 96 pixels"),
    ],
)
def test_what_cannot_be_completed_is_a_sentence(mask: np.ndarray | None, sentence: str) -> None:
    with pytest.raises(ExplorerError, match=sentence) as caught:
        checked_mask(mask, SHAPE)
    assert caught.value.hint
