"""The drawn shapes: their factors, their place and size, and that no two combinations look the same."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from explorer.datasets.datasets import SPLITS, dataset_spec
from explorer.datasets.shapes import FACTORS, SHAPES, SIDE, STEP, draw_shapes, factors_of, split_numbers

COLUMN = {name: i for i, name in enumerate(FACTORS)}


def combination(**values: int) -> np.ndarray:
    """Factor indices [5], the middle place where nothing else is asked for."""
    return np.array([{"x": 7, "y": 7, **values}.get(name, 0) for name in FACTORS])


def middles(pixels: np.ndarray) -> np.ndarray:
    """The mean column and row of the white pixels of each picture [N, 1, 64, 64]: [N, 2]."""
    white = pixels[:, 0] / 255
    mass = white.sum((1, 2))
    grid = np.arange(SIDE)
    return np.stack([(white.sum(1) * grid).sum(1), (white.sum(2) * grid).sum(1)], 1) / mass[:, None]


def test_pixels_are_black_or_white_and_the_same_each_time() -> None:
    factors = factors_of(np.arange(0, 46_080, 461))
    pixels = draw_shapes(factors)
    assert pixels.shape == (len(factors), 1, SIDE, SIDE)
    assert set(np.unique(pixels)) == {0, 255}
    assert np.array_equal(pixels, draw_shapes(factors))
    order = np.random.default_rng(0).permutation(len(factors))
    assert np.array_equal(draw_shapes(factors[order]), pixels[order])


def test_x_and_y_move_the_shape_and_nothing_else() -> None:
    for shape in range(len(SHAPES)):
        rows = np.array([combination(shape=shape, scale=3, rotation=4, x=x, y=y) for x, y in [(0, 2), (5, 2), (0, 15)]])
        pixels = draw_shapes(rows)
        at = middles(pixels)
        np.testing.assert_allclose(at[1] - at[0], [5 * STEP, 0], atol=1e-9)
        np.testing.assert_allclose(at[2] - at[0], [0, 13 * STEP], atol=1e-9)
        assert np.array_equal(np.roll(pixels[0], 10, axis=2), pixels[1])


def test_scale_grows_the_area_by_its_square_and_rotation_keeps_it() -> None:
    for shape in range(len(SHAPES)):
        scales = draw_shapes(np.array([combination(shape=shape, scale=s) for s in range(6)]))
        areas = (scales > 0).sum((1, 2, 3))
        assert np.all(np.diff(areas) > 0)
        assert areas[5] / areas[0] == pytest.approx(4, rel=0.1)
        turned = draw_shapes(np.array([combination(shape=shape, scale=5, rotation=r) for r in range(10)]))
        areas = (turned > 0).sum((1, 2, 3))
        assert np.ptp(areas) / areas.mean() < 0.1


def test_a_square_is_a_square_and_an_ellipse_has_its_area() -> None:
    square, ellipse = (draw_shapes(combination(shape=shape, scale=5)[None])[0, 0] > 0 for shape in (0, 1))
    assert square.any(0).sum() == square.any(1).sum() == math.isqrt(square.sum())
    assert ellipse.sum() == pytest.approx(math.pi * 13.1 * 6.7, rel=0.02)


def test_no_two_combinations_look_the_same_and_none_is_cut() -> None:
    sizes = [range(FACTORS[name]) for name in ("shape", "scale", "rotation")]
    factors = [[*rest, x, y] for rest in itertools.product(*sizes) for x, y in [(0, 0), (15, 15)]]
    pixels = draw_shapes(np.array(factors))
    assert len({picture.tobytes() for picture in pixels}) == len(factors)
    assert not pixels[:, :, [0, -1]].any()
    assert not pixels[..., [0, -1]].any()


def test_numbers_name_every_combination_once() -> None:
    factors = factors_of(np.arange(math.prod(FACTORS.values())))
    assert len(np.unique(factors, axis=0)) == len(factors)
    assert factors.max(0).tolist() == [n - 1 for n in FACTORS.values()]
    assert factors[1].tolist() == [0, 0, 0, 0, 1]


def test_splits_cover_every_value_of_every_factor() -> None:
    parts = [split_numbers(split) for split in SPLITS]
    assert [len(part) for part in parts] == [10_000, 2_000]
    assert not set(parts[0]) & set(parts[1])
    for part in parts:
        for name, column in zip(FACTORS, factors_of(part).T, strict=True):
            share = np.bincount(column, minlength=FACTORS[name]) * FACTORS[name] / len(part)
            assert share.min() > 0.7, name


def test_the_data_set_tells_its_factors() -> None:
    images = dataset_spec("shapes").load("test", None)
    assert images.factors is not None
    assert images.factor_names == tuple(FACTORS)
    assert images.labels is not None
    assert np.array_equal(images.labels, images.factors[:, COLUMN["shape"]])
    assert np.array_equal(draw_shapes(images.factors), images.pixels)
    smaller = dataset_spec("shapes").load("test", 32)
    assert smaller.shape == (1, 32, 32)
    assert smaller.factors is not None
    assert np.array_equal(smaller.factors, images.factors)
