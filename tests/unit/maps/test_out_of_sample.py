"""Newcomers on a map: exact where the method is, near their neighbours elsewhere, and off the map."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.inference.latents import Latents
from explorer.inference.likelihood.evaluation import PerImage
from explorer.maps.fits.methods import out_of_sample_tsne
from explorer.maps.fits.options import MapOptions, Means
from explorer.maps.fits.projections import PROJECTIONS, fit_projection
from explorer.maps.out_of_sample import MapIndex

CENTRES = np.array([[0, 0, 0, 0], [12, 0, 0, 0], [0, 12, 0, 0]], np.float32)


def groups(n: int, seed: int) -> tuple[Means, np.ndarray]:
    """``n`` means in three far groups, and which."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return (CENTRES[labels] + rng.normal(size=(n, 4))).astype(np.float32), labels


def latents_of(mu: Means, labels: np.ndarray) -> Latents:
    """Latents whose images are reconstructed with -100 to -90 nats."""
    nats = np.linspace(-100, -90, len(mu)).astype(np.float32)
    return Latents(PerImage(mu, mu, nats, np.abs(mu), nats), labels, ("a", "b", "c"))


@pytest.fixture(scope="module", params=PROJECTIONS)
def map_index(request: pytest.FixtureRequest) -> MapIndex:
    """300 points of three groups, mapped by each method."""
    mu, labels = groups(300, 0)
    return MapIndex(latents_of(mu, labels), fit_projection(mu, request.param, "test", MapOptions()))


def test_shapes_and_true_neighbours(map_index: MapIndex) -> None:
    mu, _ = groups(7, 1)
    before = map_index.points.copy()
    placed = map_index.place_out_of_sample(mu)
    assert placed.points.shape == (7, 2)
    assert placed.points.dtype == np.float32
    assert placed.off_map.dtype == np.bool_
    assert ((placed.confidence >= 0) & (placed.confidence <= 1)).all()
    distances = np.linalg.norm(map_index.mu[None].astype(np.float64) - mu[:, None], axis=2)
    np.testing.assert_array_equal(placed.neighbours, distances.argsort(1)[:, :12])
    np.testing.assert_array_equal(map_index.points, before)


def test_a_fitted_image_is_placed_on_its_point(map_index: MapIndex) -> None:
    placed = map_index.place_out_of_sample(map_index.mu)
    away = np.linalg.norm(placed.points - map_index.points, axis=1) / map_index.points.std()
    assert np.quantile(away, 0.9) < 0.2  # UMAP's transform takes its steps from there
    assert (placed.neighbours[:, 0] == np.arange(300)).all()


def test_out_of_sample_points_are_placed_in_their_group(map_index: MapIndex) -> None:
    mu, labels = groups(90, 1)
    placed = map_index.place_out_of_sample(mu)
    _, around = map_index.on_map.query(placed.points, 10)
    assert (np.asarray(around) % 3 == labels[:, None]).mean() > 0.99
    assert placed.confidence.mean() > 0.4
    assert placed.off_map.mean() < 0.1


def test_what_is_like_nothing_is_off_the_map(map_index: MapIndex) -> None:
    far = np.full((5, 4), 30, np.float32)
    placed = map_index.place_out_of_sample(far)
    assert placed.off_map.all()
    assert not placed.confidence.any()
    assert np.isfinite(placed.points).all()


def test_a_poor_reconstruction_is_off_the_map_wherever_its_mean_lies(map_index: MapIndex) -> None:
    placed = map_index.place_out_of_sample(map_index.mu[:3], np.array([-95.0, -300.0, -20.0]))
    assert placed.off_map.tolist() == [False, True, False]


def test_means_of_another_model_are_refused(map_index: MapIndex) -> None:
    for mu in (np.zeros((1, 3), np.float32), np.full((1, 4), np.nan, np.float32), np.zeros(4, np.float32)):
        with pytest.raises(ExplorerError, match="do not fit the map"):
            map_index.place_out_of_sample(mu)


def test_neighbours_in_two_groups_put_it_in_the_larger_not_between() -> None:
    places = np.array([[0, 0], [0.1, 0], [0, 0.1], [20, 0], [20, 0.1]], np.float32)
    (spot,) = out_of_sample_tsne(places, np.arange(5)[None], np.ones((1, 5)), MapOptions())
    assert np.linalg.norm(spot - (0.03, 0.03)) < 0.1


def test_pca_places_exactly() -> None:
    mu, labels = groups(300, 0)
    map_index = MapIndex(latents_of(mu, labels), fit_projection(mu, "pca", "test", MapOptions()))
    (left, middle, right) = map_index.place_out_of_sample(np.stack([mu[0], (mu[0] + mu[1]) / 2, mu[1]])).points
    np.testing.assert_allclose(middle, (left + right) / 2, atol=1e-4)


def test_very_few_points() -> None:
    mu, labels = groups(5, 0)
    placed = MapIndex(latents_of(mu, labels), fit_projection(mu, "tsne", "test", MapOptions())).place_out_of_sample(
        mu[:2]
    )
    assert placed.neighbours.shape == (2, 4)


def test_of_few_images_none_can_be_called_off_the_map() -> None:
    far = np.full((1, 4), 99.0, np.float32)
    for n, off in ((99, False), (100, True)):
        mu, labels = groups(n, 0)
        placed = MapIndex(latents_of(mu, labels), fit_projection(mu, "pca", "test", MapOptions())).place_out_of_sample(
            far
        )
        assert placed.off_map.tolist() == [off]
        assert placed.unknown == ("" if off else "It cannot be known from 99 images: it takes 100 or more.")
