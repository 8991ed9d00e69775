"""The images of a map: places, numbers, and where each comes from."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.datasets.datasets import Images, dataset_spec
from explorer.inference.latents import latents_of
from explorer.maps.fits.image_index import Originals, map_images, size_of
from explorer.maps.fits.options import MapOptions, MapSplit
from explorer.maps.fits.projections import kept_map, map_file, map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

SAMPLE = MapOptions(sample=50, seed=3)


def test_all_images_of_a_split_stand_at_their_own_numbers(trained: Run) -> None:
    shown = map_images(load_run(trained))
    np.testing.assert_array_equal(shown.latents.mu, latents_of(load_run(trained)).mu)
    assert (len(shown), shown.total, shown.noun) == (360, 360, "test images")
    assert [shown.place(number) for number in (0, 359, 360, -1, 10**30, None)] == [0, 359, None, None, None, None]


def test_all_is_train_then_test(trained: Run) -> None:
    shown = map_images(load_run(trained), "all")
    assert size_of(load_run(trained), "all") == (1437, 360)
    splits, indices = shown.parts()
    assert splits == ["train"] * 1437 + ["test"] * 360
    assert indices.tolist() == [*range(1437), *range(360)]


@pytest.mark.parametrize("split", ["test", "train", "all"])
def test_a_sample_keeps_the_numbers_of_its_images(trained: Run, split: MapSplit) -> None:
    whole, some = map_images(load_run(trained), split), map_images(load_run(trained), split, SAMPLE)
    assert (len(some), some.total) == (50, len(whole))
    np.testing.assert_array_equal(some.latents.mu, whole.latents.mu[some.numbers])
    np.testing.assert_array_equal(some.latents.values.elbo_nats, whole.latents.values.elbo_nats[some.numbers])
    assert some.latents.labels is not None
    assert (np.bincount(some.latents.labels) >= 4).all()
    place = some.place(some.number(17))
    assert place == 17
    missing = next(number for number in range(some.total) if number not in some.numbers)
    assert some.place(missing) is None
    assert some.places(np.array([missing, some.number(3), some.number(1)])).tolist() == [1, 3]


@pytest.mark.parametrize("options", [MapOptions(), SAMPLE])
def test_originals_are_those_that_were_encoded(trained: Run, options: MapOptions) -> None:
    train, test = (dataset_spec("digits").load(split, None) for split in ("train", "test"))
    shown = map_images(load_run(trained), "all", options)
    pixels = Originals((train, test), shown.numbers).pixels(np.arange(len(shown)))
    together = np.concatenate([train.pixels, test.pixels])
    np.testing.assert_array_equal(pixels, together[shown.numbers])
    assert shown.latents.labels is not None
    assert train.labels is not None
    assert test.labels is not None
    np.testing.assert_array_equal(shown.latents.labels, np.concatenate([train.labels, test.labels])[shown.numbers])


def test_names_are_those_of_the_images_that_are_shown() -> None:
    pixels = np.zeros((2, 1, 1, 1), np.uint8)
    parts = (Images(pixels, None, (), ("a", "b")), Images(pixels, None, (), ("c", "d")))
    assert Originals(parts, np.array([1, 2])).names() == ["b", "c"]
    assert Originals((Images(pixels, None, ()),), np.array([1])).names() is None


def test_a_map_of_a_sample_is_kept_under_its_own_key(trained: Run) -> None:
    assert len(map_of(load_run(trained), "pca", SAMPLE).points) == 50
    assert len(map_of(load_run(trained), "pca").points) == 360
    kept = kept_map(load_run(trained), "pca", SAMPLE)
    assert kept is not None
    assert len(kept.points) == 50
    others = [SAMPLE, MapOptions(sample=50), MapOptions(sample=51, seed=3), MapOptions(), MapOptions(seed=3)]
    files = [map_file("pca", options) for options in others]
    assert len(set(files)) == 4
    assert files[3] == files[4]  # without a sample PCA listens to no seed
    assert map_file("pca", SAMPLE, "train") not in files


def test_a_sample_of_more_than_there_are_is_all(trained: Run) -> None:
    shown = map_images(load_run(trained), "test", MapOptions(sample=1000))
    assert (len(shown), shown.noun) == (360, "test images")
    assert len(map_of(load_run(trained), "pca", MapOptions(sample=1000)).points) == 360
