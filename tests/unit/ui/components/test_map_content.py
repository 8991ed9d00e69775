"""The bytes behind the map: every number and every pixel in its place."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from explorer.datasets.datasets import Images
from explorer.images.image_io import Pixels
from explorer.images.thumbnails.sheets import MAX_THUMBNAIL, PER_SHEET, SHEET_COLUMNS, thumbnail_size, thumbnails
from explorer.inference.decoding import decode
from explorer.inference.latents import Latents, latents_of
from explorer.maps.fits.image_index import MapImages, Originals
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.components.map.content import (
    codes_content,
    facts_content,
    points_content,
    sheets_content,
)
from tests.helpers import LABELS_OF_FIVE, five_latents, whole


def sheet_of(content: bytes) -> Pixels:
    """A PNG as an array [H, W] or [H, W, 3]."""
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image)


def cell(sheet: Pixels, place: int, side: int) -> Pixels:
    """One thumbnail of a sheet."""
    top, left = place // SHEET_COLUMNS * side, place % SHEET_COLUMNS * side
    return sheet[top : top + side, left : left + side]


def test_points_are_all_x_then_all_y() -> None:
    points = np.arange(10, dtype=np.float32).reshape(5, 2)
    assert np.frombuffer(points_content(points).part(0), "<f4").tolist() == [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]


def test_facts_hold_norm_kl_error_and_label() -> None:
    some = five_latents(LABELS_OF_FIVE)
    content = facts_content(whole(some)).part(0)
    numbers = np.frombuffer(content, "<f4", 15).reshape(3, 5)
    np.testing.assert_allclose(numbers[0], np.linalg.norm(some.mu, axis=1), rtol=1e-6)
    np.testing.assert_allclose(numbers[1], some.values.kl_nats.sum(1))
    np.testing.assert_allclose(numbers[2], some.values.mse)
    assert np.frombuffer(content, "<i4", offset=60).tolist() == [*LABELS_OF_FIVE.tolist(), 0, 1, 2, 3, 4]
    some_of = MapImages("test", (9,), five_latents(None), np.array([1, 2, 4, 6, 8]))
    assert np.frombuffer(facts_content(some_of).part(0), "<i4", offset=60).tolist() == [-1] * 5 + [1, 2, 4, 6, 8]


def test_codes_are_two_bytes_each() -> None:
    assert codes_content(np.array([0, 65535], np.uint16)).part(0) == b"\0\0\xff\xff"


def test_each_original_lies_in_its_cell_of_its_sheet(trained: Run) -> None:
    some = whole(latents_of(load_run(trained)))
    pixels = np.random.default_rng(0).integers(0, 256, (len(some), 1, 8, 8), np.uint8)
    content = sheets_content(load_run(trained), some, Originals((Images(pixels, None, ()),), some.numbers))
    assert content.parts == 2
    assert len(some) > PER_SHEET
    for index in (0, 17, PER_SHEET - 1, PER_SHEET, len(some) - 1):
        sheet = sheet_of(content.part(index // PER_SHEET))
        np.testing.assert_array_equal(cell(sheet, index % PER_SHEET, 8), pixels[index, 0])


def test_without_originals_what_is_decoded_from_mu_lies_there(trained: Run) -> None:
    some = latents_of(load_run(trained))
    sheet = sheet_of(sheets_content(load_run(trained), whole(some), None).part(0))
    decoded = decode(load_run(trained), some.mu[:20])
    for place in (0, 19):
        difference = cell(sheet, place, 8).astype(int) - decoded[place, 0]
        assert np.abs(difference).max() <= 1  # batches of another size may round differently


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((1, 8, 8), (8, 8)),
        ((3, 32, 32), (32, 32)),
        ((3, 64, 64), (32, 32)),
        ((1, 128, 2), (1, 32)),
        ((3, 30, 60), (32, 16)),
    ],
)
def test_thumbnails_are_as_they_are_or_shrunk(shape: tuple[int, int, int], size: tuple[int, int]) -> None:
    assert thumbnail_size(shape) == size
    small = thumbnails(np.full((2, *shape), 200, np.uint8))
    assert small.shape == (2, shape[0], size[1], size[0])
    assert max(size) <= MAX_THUMBNAIL
    np.testing.assert_array_equal(small, 200)


def test_content_of_nothing_has_no_sheets(trained: Run) -> None:
    some = five_latents(None)
    none = Latents(type(some.values)(*(column[:0] for column in vars(some.values).values())), None, ())
    assert sheets_content(load_run(trained), whole(none), None).parts == 0
