"""TorchDR takes over where it is installed on CUDA, and only there; its maps, here on the CPU."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from explorer.base.errors import ExplorerError
from explorer.base.runtime_settings import settings
from explorer.maps.fits import projections
from explorer.maps.fits import torchdr_fit as map_torchdr
from explorer.maps.fits.options import MapOptions, Means, Points
from explorer.maps.fits.projections import PROJECTIONS, Fit, fit_projection, kept_map, map_of
from explorer.maps.fits.quality import quality_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run

BY_TORCHDR = {name: spec.torchdr for name, spec in PROJECTIONS.items() if spec.torchdr is not None}
INSTALLED = importlib.util.find_spec("torchdr") is not None


@pytest.fixture
def on_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with CUDA and TorchDR."""
    monkeypatch.setattr(projections, "torchdr_usable", lambda: True)


def test_without_cuda_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")
    settings.cache_clear()
    monkeypatch.setattr(map_torchdr, "find_spec", lambda name: name == "torchdr")
    assert not map_torchdr.torchdr_usable()
    settings.cache_clear()


def test_without_torchdr_the_device_is_not_even_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_torchdr, "find_spec", lambda name: None)
    monkeypatch.setattr(map_torchdr, "resolve_device", lambda name: pytest.fail("asked"))
    assert not map_torchdr.torchdr_usable()


@pytest.mark.usefixtures("on_cuda")
def test_a_map_says_who_made_it(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(mu: Means, options: MapOptions, watch: object) -> Points:
        return mu[:, :2].copy()

    monkeypatch.setitem(PROJECTIONS, "tsne", replaced(made))
    assert map_of(load_run(trained), "tsne").facts.library == "TorchDR"
    kept = kept_map(load_run(trained), "tsne")
    assert kept is not None
    assert kept.facts.library == "TorchDR"
    assert map_of(load_run(trained), "pca").facts.library != "TorchDR"
    monkeypatch.setattr(projections, "torchdr_usable", lambda: False)
    assert map_of(load_run(trained), "tsne").facts.library == "TorchDR", "what is kept is not made again"


def replaced(made: Fit) -> projections.ProjectionSpec:
    """The entry of t-SNE with another fit on CUDA."""
    from dataclasses import replace

    return replace(PROJECTIONS["tsne"], torchdr=made)


def test_without_torchdr_a_map_names_its_library() -> None:
    mu = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    assert fit_projection(mu, "tsne", "test", MapOptions()).facts.library == "openTSNE"


@pytest.fixture(params=BY_TORCHDR)
def fit(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Fit:
    """What TorchDR makes, here on the CPU."""
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")
    settings.cache_clear()
    return BY_TORCHDR[request.param]


LABELS = np.arange(150) % 3
MU = (np.eye(3, 5)[LABELS] * 8 + np.random.default_rng(0).normal(size=(150, 5))).astype(np.float32)


@pytest.mark.skipif(not INSTALLED, reason="TorchDR is not installed")
@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
def test_torchdr_keeps_groups_together(fit: Fit, metric: str) -> None:
    seen: list[float] = []
    points = fit(MU, MapOptions(metric=metric), lambda done, points=None: seen.append(done))
    quality = quality_of(MU, points, LABELS)
    assert points.shape == (150, 2)
    assert points.dtype == np.float32
    assert quality.knn_map is not None
    assert quality.knn_map > 0.99
    assert seen == sorted(seen)
    assert seen[-1] == 1


@pytest.mark.skipif(not INSTALLED, reason="TorchDR is not installed")
def test_torchdr_is_stopped_and_keeps_its_points(fit: Fit) -> None:
    frames: list[Points | None] = []

    def watch(done: float, points: Points | None = None) -> bool:
        frames.append(points)
        return len(frames) == 20

    last = fit(MU, MapOptions(), watch)
    assert len(frames) == 20
    assert frames[19] is not None
    np.testing.assert_array_equal(last, frames[19])


@pytest.mark.skipif(not INSTALLED, reason="TorchDR is not installed")
def test_torchdr_maps_few_images_and_one_dimension(fit: Fit) -> None:
    assert np.isfinite(fit(MU[:5], MapOptions(), None)).all()
    assert np.isfinite(fit(MU[:60, :1], MapOptions(exaggeration=4), None)).all()


@pytest.mark.skipif(not INSTALLED, reason="TorchDR is not installed")
def test_means_that_torchdr_cannot_tell_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_DEVICE", "cpu")
    settings.cache_clear()
    equal = np.zeros((40, 3), np.float32)
    equal[7] = 1
    with pytest.raises(ExplorerError, match="TorchDR cannot map these means"):
        map_torchdr.fit_tsne_torchdr(equal, MapOptions(), None)
