"""Maps: the contract of every entry of PROJECTIONS, exactness, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from explorer import projections
from explorer.errors import ExplorerError
from explorer.evaluation import PerImage
from explorer.latents import Latents, read_npz, write_npz
from explorer.projections import PROJECTIONS, kept_map, map_file, map_of, projection_spec
from explorer.runs import Run

GAUSS = np.random.default_rng(0).normal(size=(60, 6)).astype(np.float32) * np.array([5, 3, 1, 1, 1, 1], np.float32)


@pytest.mark.parametrize("latent", [1, 2, 6])
@pytest.mark.parametrize("method", PROJECTIONS)
def test_contract(method: str, latent: int) -> None:
    spec = projection_spec(method)
    seen: list[float] = []
    points = spec.fit(GAUSS[:, :latent], 0, seen.append)
    assert points.shape == (60, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert points.std() > 0
    assert np.array_equal(points, spec.fit(GAUSS[:, :latent], 0, None))
    assert seen == sorted(seen)
    assert all(0 <= share <= 1 for share in seen)
    assert len(spec.axes) == 2


@pytest.mark.parametrize("method", PROJECTIONS)
def test_the_fewest_points(method: str) -> None:
    assert projection_spec(method).fit(GAUSS[:5], 0, None).shape == (5, 2)


def test_pca_is_exact() -> None:
    points = projection_spec("pca").fit(GAUSS, 0, None)
    centred = GAUSS.astype(np.float64) - GAUSS.mean(0, dtype=np.float64)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(points), np.abs(centred @ directions[:2].T), atol=1e-4)


def test_pca_of_one_dimension_has_an_empty_axis() -> None:
    points = projection_spec("pca").fit(GAUSS[:, :1], 0, None)
    assert points[:, 0].std() == pytest.approx(GAUSS[:, 0].std(), rel=1e-5)
    assert not points[:, 1].any()


def test_tsne_keeps_groups_together_and_tells_how_far_it_is() -> None:
    centres = np.repeat([[0, 0, 0], [30, 0, 0], [0, 30, 0]], 20, axis=0)
    mu = (centres + np.random.default_rng(0).normal(size=(60, 3))).astype(np.float32)
    seen: list[float] = []
    points = projection_spec("tsne").fit(mu, 0, seen.append)
    distances = np.linalg.norm(points[:, None] - points[None], axis=-1) + np.diag(np.full(60, np.inf))
    assert (distances.argmin(1) // 20 == np.arange(60) // 20).all()
    assert len(seen) > 5


def test_an_unknown_method_names_the_known_ones(trained: Run) -> None:
    with pytest.raises(ExplorerError, match=r"There is no map method 'umbrella'. Choose one of: tsne, pca"):
        map_of(trained, "umbrella")


def test_a_map_is_kept_and_reused(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert kept_map(trained, "pca") is None
    first = map_of(trained, "pca")
    broken = replace(PROJECTIONS["pca"], fit=lambda *_: pytest.fail("fitted again"))
    monkeypatch.setitem(projections.PROJECTIONS, "pca", broken)
    assert np.array_equal(map_of(trained, "pca").points, first.points)
    assert len(first.points) == 360


def test_each_method_split_and_seed_has_its_own_file() -> None:
    files = [
        map_file("pca", "test", 0),
        map_file("tsne", "test", 0),
        map_file("pca", "train", 0),
        map_file("pca", "test", 1),
    ]
    assert len(set(files)) == 4


def test_a_map_of_other_weights_is_fitted_again(trained: Run) -> None:
    map_of(trained, "pca")
    arrays = read_npz(trained, map_file("pca", "test", 0))
    assert arrays is not None
    write_npz(trained, map_file("pca", "test", 0), {**arrays, "weights": np.array("stale")})
    assert kept_map(trained, "pca") is None
    assert len(map_of(trained, "pca").points) == 360
    assert kept_map(trained, "pca") is not None


@pytest.mark.parametrize("points", [np.zeros((3, 2), np.float32), np.full((360, 2), np.nan, np.float32), np.zeros(360)])
def test_a_map_that_does_not_fit_is_fitted_again(points: Any, trained: Run) -> None:
    weights = np.array(trained.status().weights_sha256)
    write_npz(trained, map_file("pca", "test", 0), {"points": points, "weights": weights})
    assert kept_map(trained, "pca") is None
    assert map_of(trained, "pca").points.std() > 0


def test_a_run_that_cannot_be_written_is_mapped_all_the_same(trained: Run) -> None:
    (trained.path / "maps").write_text("in the way")
    assert len(map_of(trained, "pca").points) == 360


@pytest.mark.parametrize(
    ("mu", "sentence"),
    [
        (GAUSS[:4], "A map needs at least 5 images; there are 4."),
        (np.full((9, 2), np.nan, np.float32), "Some posterior means are not numbers."),
        (np.ones((9, 2), np.float32), "All images have the same posterior mean."),
    ],
)
def test_what_cannot_be_mapped(mu: Any, sentence: str, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = PerImage(mu, mu, mu[:, 0], mu, mu[:, 0])
    monkeypatch.setattr(projections, "latents_of", lambda *_: Latents(rows, None, ()))
    with pytest.raises(ExplorerError) as caught:
        map_of(trained, "pca")
    assert caught.value.message == sentence
