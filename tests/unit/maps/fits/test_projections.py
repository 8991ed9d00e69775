"""Maps: the contract of every entry of PROJECTIONS, exactness, and what is kept."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.inference.latents import Latents, read_npz, write_npz
from explorer.inference.likelihood.evaluation import PerImage
from explorer.maps.fits import image_index as map_images
from explorer.maps.fits.options import OPTION_HELP, MapOptions
from explorer.maps.fits.projections import (
    PROJECTIONS,
    MapFacts,
    forget_map,
    kept_map,
    map_file,
    map_of,
    mapped,
    projection_spec,
    stored_map,
)
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

GAUSS = np.random.default_rng(0).normal(size=(60, 6)).astype(np.float32) * np.array([5, 3, 1, 1, 1, 1], np.float32)


@pytest.fixture(params=PROJECTIONS)
def method(request: pytest.FixtureRequest) -> str:
    """Every entry of the table."""
    return str(request.param)


def fit(method: str, mu: Any, watch: Any = None, **options: Any) -> Any:
    """Points of a map."""
    return projection_spec(method).fit(mu, MapOptions(**options), watch)


@pytest.mark.parametrize("latent", [1, 2, 6])
def test_contract(method: str, latent: int) -> None:
    spec = projection_spec(method)
    seen: list[float] = []
    points = fit(method, GAUSS[:, :latent], lambda done, points=None: seen.append(done))
    assert points.shape == (60, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert points.std() > 0
    assert np.array_equal(points, fit(method, GAUSS[:, :latent]))
    assert seen == sorted(seen)
    assert all(0 <= share <= 1 for share in seen)
    assert bool(seen) != spec.quick
    assert len(spec.axes) == 2


def test_the_fewest_points(method: str) -> None:
    assert fit(method, GAUSS[:5]).shape == (5, 2)


def test_equal_images_and_one_odd_one(method: str) -> None:
    mu = np.zeros((40, 3), np.float32)
    mu[7] = 1
    assert np.isfinite(fit(method, mu)).all()


def test_each_option_that_is_named_matters(method: str) -> None:
    others = {"perplexity": 4.0, "exaggeration": 4.0, "metric": "cosine", "seed": 1, "dims": (2, 3)}
    assert {*others, "sample"} == set(OPTION_HELP) == {field.name for field in fields(MapOptions)}
    first = fit(method, GAUSS)
    changed = {name for name, value in others.items() if not np.array_equal(fit(method, GAUSS, **{name: value}), first)}
    assert changed == set(projection_spec(method).uses)


def test_pca_is_exact() -> None:
    points = fit("pca", GAUSS)
    centred = GAUSS.astype(np.float64) - GAUSS.mean(0, dtype=np.float64)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(points), np.abs(centred @ directions[:2].T), atol=1e-4)


def test_pca_of_one_dimension_has_an_empty_axis() -> None:
    points = fit("pca", GAUSS[:, :1])
    assert points[:, 0].std() == pytest.approx(GAUSS[:, 0].std(), rel=1e-5)
    assert not points[:, 1].any()


def test_latent_shows_dimensions_as_they_are() -> None:
    np.testing.assert_array_equal(fit("latent", GAUSS, dims=(4, 2)), GAUSS[:, [4, 2]])
    np.testing.assert_array_equal(fit("latent", GAUSS), GAUSS[:, [0, 1]])  # the two that vary most
    with pytest.raises(ExplorerError, match="There is no latent dimension 6"):
        fit("latent", GAUSS, dims=(0, 6))


@pytest.mark.parametrize("slow", [name for name, spec in PROJECTIONS.items() if not spec.quick])
def test_neighbour_methods_keep_groups_together(slow: str) -> None:
    centres = np.repeat([[0, 0, 0], [30, 0, 0], [0, 30, 0]], 20, axis=0)
    mu = (centres + np.random.default_rng(0).normal(size=(60, 3))).astype(np.float32)
    points = fit(slow, mu)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + np.diag(np.full(60, np.inf))
    assert (distances.argmin(1) // 20 == np.arange(60) // 20).all()


def test_tsne_shows_its_points_at_every_iteration_and_ends_when_asked() -> None:
    frames: list[Any] = []

    def watch(done: float, points: Any = None) -> bool:
        frames.append(points)
        return len(frames) == 20

    last = fit("tsne", GAUSS, watch)
    assert len(frames) == 20
    assert all(frame.shape == (60, 2) and frame.dtype == np.float32 for frame in frames)
    assert np.array_equal(last, frames[-1])
    assert not np.array_equal(frames[0], frames[10])


def test_an_unknown_method_names_the_known_ones(trained: Run) -> None:
    with pytest.raises(ExplorerError, match=r"There is no map method 'umbrella'. Choose one of: tsne, pca, umap"):
        map_of(load_run(trained), "umbrella")


def test_a_map_is_kept_and_reused(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_map(load_run(trained), "pca") is None
    first = map_of(load_run(trained), "pca")
    broken = replace(PROJECTIONS["pca"], fit=lambda *_: pytest.fail("fitted again"))
    monkeypatch.setitem(PROJECTIONS, "pca", broken)
    assert np.array_equal(map_of(load_run(trained), "pca").points, first.points)
    assert len(first.points) == 360


def test_each_method_split_and_used_option_has_its_own_file() -> None:
    files = [
        map_file("pca"),
        map_file("tsne"),
        map_file("pca", split="train"),
        map_file("tsne", MapOptions(seed=1)),
        map_file("tsne", MapOptions(perplexity=12)),
    ]
    assert len(set(files)) == 5
    assert map_file("tsne", MapOptions(perplexity=30)) == map_file("tsne")
    assert map_file("pca", MapOptions(seed=1, perplexity=12)) == map_file("pca")  # it listens to neither


def test_a_map_of_other_weights_is_fitted_again(trained: Run) -> None:
    map_of(load_run(trained), "pca")
    arrays = read_npz(load_run(trained), map_file("pca"))
    assert arrays is not None
    write_npz(load_run(trained), map_file("pca"), {**arrays, "weights": np.array("stale")})
    assert kept_map(load_run(trained), "pca") is None
    assert len(map_of(load_run(trained), "pca").points) == 360
    assert kept_map(load_run(trained), "pca") is not None


def test_all_is_train_then_test(trained: Run) -> None:
    both = mapped(load_run(trained), "all")
    assert both.labels is not None
    assert len(both) == len(both.labels) == 1797
    np.testing.assert_array_equal(both.mu[1437:], mapped(load_run(trained), "test").mu)
    np.testing.assert_array_equal(both.mu[:1437], mapped(load_run(trained), "train").mu)
    assert len(map_of(load_run(trained), "pca", split="all").points) == 1797
    kept = kept_map(load_run(trained), "pca", split="all")
    assert kept is not None
    assert kept_map(load_run(trained), "pca") is None


def test_quality_is_measured_when_asked_and_kept(trained: Run) -> None:
    assert map_of(load_run(trained), "pca").quality is None
    measured = map_of(load_run(trained), "pca", measure=True)
    assert measured.quality is not None
    assert measured.quality.n == 360
    kept = kept_map(load_run(trained), "pca")
    assert kept is not None
    assert kept.facts == measured.facts


def test_a_quality_of_an_earlier_version_is_measured_again_and_the_points_stay(trained: Run) -> None:
    measured = map_of(load_run(trained), "pca", measure=True)
    arrays = read_npz(load_run(trained), map_file("pca"))
    assert arrays is not None
    earlier = {"n": 360, "trustworthiness": 0.9, "shuffled": 0.5, "knn_mu": 0.7, "knn_map": 0.6, "knn_shuffled": 0.1}
    about = np.array(json.dumps({"stopped": True, "quality": earlier}))
    write_npz(load_run(trained), map_file("pca"), {**arrays, "about": about})
    kept = stored_map(load_run(trained), "pca")
    assert kept is not None
    assert kept.facts == MapFacts(stopped=True)
    again = map_of(load_run(trained), "pca", measure=True)
    assert again.quality == measured.quality
    np.testing.assert_array_equal(again.points, measured.points)


def test_a_forgotten_map_is_gone(trained: Run) -> None:
    map_of(load_run(trained), "pca")
    forget_map(load_run(trained), "pca")
    forget_map(load_run(trained), "pca")
    assert kept_map(load_run(trained), "pca") is None


@pytest.mark.parametrize("about", ["{", "[]", '{"seconds": "long"}', '{"quality": {"n": 1}}'])
def test_damaged_facts_are_made_anew(about: str, trained: Run) -> None:
    map_of(load_run(trained), "pca")
    arrays = read_npz(load_run(trained), map_file("pca"))
    assert arrays is not None
    write_npz(load_run(trained), map_file("pca"), {**arrays, "about": np.array(about)})
    assert kept_map(load_run(trained), "pca") is None
    assert len(map_of(load_run(trained), "pca").points) == 360


@pytest.mark.parametrize("points", [np.zeros((3, 2), np.float32), np.full((360, 2), np.nan, np.float32), np.zeros(360)])
def test_a_map_that_does_not_fit_is_fitted_again(points: Any, trained: Run) -> None:
    weights = np.array(trained.status().weights_sha256)
    write_npz(load_run(trained), map_file("pca"), {"points": points, "weights": weights})
    assert kept_map(load_run(trained), "pca") is None
    assert map_of(load_run(trained), "pca").points.std() > 0


def test_a_run_that_cannot_be_written_is_mapped_all_the_same(trained: Run) -> None:
    (trained.path / "maps").write_text("in the way")
    assert len(map_of(load_run(trained), "pca").points) == 360


ALL_THE_SAME = "All 9 test images have the same posterior mean: there is nothing to map."


@pytest.mark.parametrize(
    ("mu", "sentence"),
    [
        (GAUSS[:4], "A map needs at least 5 images; the number of test images is 4."),
        (np.full((9, 2), np.nan, np.float32), "Some posterior means are not numbers."),
        (np.ones((9, 2), np.float32), ALL_THE_SAME),
        (1 + 1e-6 * np.eye(9, 2, dtype=np.float32), ALL_THE_SAME),
    ],
)
def test_what_cannot_be_mapped(mu: Any, sentence: str, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = PerImage(mu, mu, mu[:, 0], mu, mu[:, 0])
    monkeypatch.setattr(map_images, "latents_of", lambda *_: Latents(rows, None, ()))
    with pytest.raises(ExplorerError) as caught:
        map_of(load_run(trained), "pca")
    assert caught.value.message == sentence
