"""The sprites: the published grid of factors, and the geometry that is known of them."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.datasets.datasets import dataset_spec
from explorer.datasets.dsprites import (
    FACTORS,
    N_IMAGES,
    N_TEST,
    N_TRAIN,
    distinct_numbers,
    draw,
    factors_of,
    split_numbers,
    sprites,
    values_of,
)

PUBLISHED_MEAN, PUBLISHED_SD = 0.043, 0.202  # of the pixels of the original, to three decimals


def number(shape: int = 0, scale: int = 5, orientation: int = 0, x: int = 0, y: int = 0) -> int:
    return int(np.ravel_multi_index((shape, scale, orientation, x, y), tuple(FACTORS.values())))


def drawn(*numbers: int) -> np.ndarray:
    return draw(np.array(numbers))[:, 0]


def test_the_grid_is_the_published_one() -> None:
    assert N_IMAGES == 737_280
    assert factors_of(np.array([0, 1, 32, 1024, 40_960, 245_760])).tolist() == [
        [0, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [1, 0, 0, 0, 0],
    ]  # fmt: skip
    values = values_of(np.array([[0, 1, 1, 1, 31], [2, 5, 39, 31, 0]]))
    np.testing.assert_allclose(values[0], [1, 0.6, 0.16110732, 0.03225806, 1], rtol=1e-6)
    np.testing.assert_allclose(values[1], [3, 1, 6.28318531, 1, 0], rtol=1e-6)


def test_mean_and_spread_of_the_pixels_are_the_published_ones() -> None:
    areas = sprites().sum((3, 4)) / 64**2  # every sprite is at as many places, whole at each
    mean = areas.mean()
    assert mean == pytest.approx(PUBLISHED_MEAN, abs=5e-4)
    assert np.sqrt(mean * (1 - mean)) == pytest.approx(PUBLISHED_SD, abs=5e-4)


def test_areas_grow_with_the_square_of_the_scale_and_do_not_change_with_the_turn() -> None:
    areas = sprites().sum((3, 4))  # [3, 6, 40]
    scale = np.linspace(0.5, 1, 6)
    np.testing.assert_allclose(areas.mean(2), areas.mean(2)[:, -1:] * scale**2, rtol=0.03)
    assert (areas.std(2) / areas.mean(2)).max() < 0.05


def test_the_shapes_are_square_ellipse_and_heart() -> None:
    square, ellipse, heart = sprites()[:, 5, 0]
    middle = slice(16 - 8, 16 + 9)
    assert square.sum() == square[middle, middle].sum() == 17**2
    assert np.array_equal(ellipse, ellipse[::-1, ::-1])
    assert (ellipse.any(0).sum(), ellipse.any(1).sum()) == (25, 13)
    assert np.array_equal(heart, heart[:, ::-1])
    assert heart[:16].sum() > heart[17:].sum()  # its two lobes are at the top
    assert heart[heart.any(1)][0].sum() < heart[heart.any(1)].sum(1).max()


def test_places_are_a_pixel_apart_from_the_top_left_to_the_bottom_right() -> None:
    first, right, down, last = drawn(number(), number(x=1), number(y=1), number(x=31, y=31))
    assert np.array_equal(np.roll(first, 1, 1), right)
    assert np.array_equal(np.roll(first, 1, 0), down)
    assert [int(np.flatnonzero(first.any(axis)).mean()) for axis in (0, 1)] == [16, 16]
    assert [int(np.flatnonzero(last.any(axis)).mean()) for axis in (0, 1)] == [47, 47]


def test_no_sprite_is_cut_at_the_margin() -> None:
    ends = (0, 31)
    corners = [number(shape, 5, turn, x, y) for shape in range(3) for turn in range(40) for x in ends for y in ends]
    pixels = drawn(*corners) > 0
    margin = np.ones((64, 64), bool)
    margin[4:-4, 4:-4] = False
    assert not pixels[:, margin].any()
    areas = sprites()[:, 5].sum((2, 3))  # [3, 40]
    assert np.array_equal(pixels.sum((1, 2)).reshape(3, 40, 4), np.repeat(areas[:, :, None], 4, 2))


def test_a_whole_turn_is_none_and_half_a_turn_is_one_of_a_heart() -> None:
    start, end, other = drawn(number(2), number(2, orientation=39), number(2, orientation=20))
    assert np.array_equal(start, end)
    assert not np.array_equal(start, other)


def test_pixels_are_black_or_white_and_do_not_depend_on_what_is_drawn_beside() -> None:
    numbers = np.arange(5, N_IMAGES, 9001)
    pixels = draw(numbers)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (len(numbers), 1, 64, 64)
    assert set(np.unique(pixels)) == {0, 255}
    assert np.array_equal(draw(numbers[::-1]), pixels[::-1])


def test_the_sample_is_of_different_images_as_many_of_each_shape() -> None:
    distinct = distinct_numbers()
    assert len(distinct) == 666_624
    for split, n in (("train", N_TRAIN), ("test", N_TEST)):
        numbers = split_numbers(split)
        assert len(np.unique(numbers)) == len(numbers) == n
        assert np.isin(numbers, distinct).all()
        factors = factors_of(numbers)
        assert np.bincount(factors[:, 0]).tolist() == [n // 3] * 3
        for factor, values in enumerate(FACTORS.values()):
            assert set(factors[:, factor]) >= set(range(values - 1)), factor  # the last turn equals the first
    assert not np.intersect1d(split_numbers("train"), split_numbers("test")).size


def test_the_data_set_has_shapes_as_classes_and_its_factors() -> None:
    images = dataset_spec("dsprites").load("test", None)
    assert images.shape == (1, 64, 64)
    assert images.classes == ("square", "ellipse", "heart")
    assert images.factor_names == ("shape", "scale", "orientation", "x", "y")
    assert images.factors is not None
    assert images.labels is not None
    assert np.array_equal(images.labels, images.factors[:, 0])
    at = images.pixels[:, 0] > 0
    columns = (at.any(1) * np.arange(64)).sum(1) / at.any(1).sum(1)
    away = columns - (16 + images.factors[:, 3])  # from where x says; a turned heart is not in the middle of its square
    assert np.abs(away).max() <= 2
