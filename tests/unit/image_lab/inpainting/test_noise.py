"""Noise of a known strength."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.image_lab.compression import psnr_db
from explorer.image_lab.inpainting.noise import noisy

GREY = np.full((1, 200, 200), 128, np.uint8)


def test_noise_has_its_strength_and_its_seed() -> None:
    found = noisy(GREY, 0.1)
    assert found.dtype == np.uint8
    assert np.std(found / 255) == pytest.approx(0.1, rel=0.02)
    assert psnr_db(found, GREY) == pytest.approx(20, abs=0.2)  # -20 log10 sigma, where nothing is cut off
    np.testing.assert_array_equal(found, noisy(GREY, 0.1))
    assert not np.array_equal(found, noisy(GREY, 0.1, seed=1))
    np.testing.assert_array_equal(noisy(GREY, 0.0), GREY)


def test_noise_is_cut_off_at_black_and_white() -> None:
    black = np.zeros((1, 200, 200), np.uint8)
    assert (noisy(black, 1.0) == 0).mean() == pytest.approx(0.5, abs=0.02)
