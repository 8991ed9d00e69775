"""UMAP by its steps: the same map as the library's own, and its transform from arrays alone."""

from __future__ import annotations

import os

import numpy as np
import pytest
import torch

from explorer.maps.fits.methods import fit_umap_from_pca
from explorer.maps.fits.options import MapOptions, Means, Points
from explorer.maps.fits.quality import quality_of
from explorer.maps.fits.umap_fit import memberships, out_of_sample_umap, umap_module

LABELS = np.arange(240) % 4


def groups(seed: int) -> Means:
    """240 means in four groups that touch."""
    rng = np.random.default_rng(seed)
    return (np.eye(4, 6)[LABELS] * 4 + rng.normal(size=(240, 6))).astype(np.float32)


@pytest.fixture(scope="module")
def fitted() -> Points:
    """The groups, mapped."""
    return fit_umap_from_pca(groups(0), MapOptions(), None)


def nearest(mu: Means, new: Means, k: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """The k nearest of ``mu`` of each of ``new``, and how far: [M, k] both."""
    distances = np.linalg.norm(mu[None] - new[:, None], axis=2)
    order = distances.argsort(1)[:, :k]
    return order, np.take_along_axis(distances, order, 1)


def test_the_map_is_as_good_as_the_library_s_own(fitted: Points) -> None:
    model = umap_module().UMAP(n_neighbors=15, init="pca", random_state=0, n_jobs=1)
    theirs = quality_of(groups(0), model.fit_transform(groups(0)), LABELS)
    ours = quality_of(groups(0), fitted, LABELS)
    assert ours.trustworthiness > theirs.trustworthiness - 0.02
    assert ours.knn_map is not None
    assert theirs.knn_map is not None
    assert ours.knn_map > theirs.knn_map - 0.05


def test_tests_that_follow_have_the_threads_that_they_should(fitted: Points) -> None:
    assert len(fitted) == len(LABELS)
    assert torch.get_num_threads() == int(os.environ["OMP_NUM_THREADS"])  # two on one core are a hundred times slower


def test_it_shows_its_points_at_every_epoch_and_keeps_them_when_asked_to_stop() -> None:
    frames: list[Points | None] = []

    def watch(done: float, points: Points | None = None) -> bool:
        frames.append(points)
        return len(frames) >= 20

    last = fit_umap_from_pca(groups(0), MapOptions(), watch)
    assert len(frames) < 25
    assert frames[0] is not None
    assert frames[19] is not None
    assert not np.array_equal(frames[0], frames[19])
    np.testing.assert_array_equal(last, frames[19])


def test_neighbours_weigh_as_in_the_library() -> None:
    distances = np.sort(np.random.default_rng(0).gamma(2, size=(50, 15)).astype(np.float32), 1)
    umap = umap_module().umap_
    sigmas, rhos = umap.smooth_knn_dist(distances, 15.0, local_connectivity=0.0)
    places = np.tile(np.arange(15, dtype=np.int32), (50, 1))
    _, _, weights, _ = umap.compute_membership_strengths(places, distances, sigmas, rhos, bipartite=True)
    np.testing.assert_allclose(memberships(distances), np.reshape(weights, (50, 15)), atol=1e-3)


def test_out_of_sample_points_join_their_group_and_the_map_stays(fitted: Points) -> None:
    before, new = fitted.copy(), groups(1)
    placed = out_of_sample_umap(fitted, *nearest(groups(0), new), MapOptions())
    np.testing.assert_array_equal(fitted, before)
    around, _ = nearest(fitted, placed, 10)
    own = quality_of(groups(0), fitted, LABELS).knn_map
    assert own is not None
    assert (LABELS[around] == LABELS[:, None]).mean() > own - 0.03


def test_a_point_is_placed_where_it_would_be_alone(fitted: Points) -> None:
    neighbours, distances = nearest(groups(0), groups(1))
    together = out_of_sample_umap(fitted, neighbours, distances, MapOptions())
    alone = out_of_sample_umap(fitted, neighbours[7:8], distances[7:8], MapOptions())
    np.testing.assert_allclose(alone, together[7:8], atol=1e-5)


def test_neighbours_on_one_spot_are_no_trouble(fitted: Points) -> None:
    assert np.isfinite(out_of_sample_umap(fitted, np.arange(15)[None], np.zeros((1, 15)), MapOptions())).all()
