"""Explore with a model of many dimensions: along principal directions, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.base.runtime_settings import settings
from explorer.images.image_io import grid, to_png
from explorer.inference.decoding import decode
from explorer.inference.latent_space.latent_directions import direction_grid, principal_directions
from explorer.inference.latent_space.latent_geometry import View, manifold_grid
from explorer.inference.latents import latents_of
from explorer.runs.loaded_run import LoadedRun, load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import state
from explorer.ui.common.latent_link import packed
from explorer.ui.components.live.panel import view_of
from tests.helpers import tiny_config
from tests.pages.page import live_payload, open_page

K = 200

pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture(scope="module")
def wide_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A runs' root with one run of 200 dimensions."""
    root = tmp_path_factory.mktemp("wide")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(root))
        settings.cache_clear()
        train_new(tiny_config(side=16, latent=K, hidden=(128,)), "wide", lambda _: None, lambda: False)
    settings.cache_clear()
    yield root
    settings.cache_clear()


@pytest.fixture
def wide(wide_root: Path, monkeypatch: pytest.MonkeyPatch) -> LoadedRun:
    """That run, the only one there is."""
    monkeypatch.setenv("EXPLORER_RUNS", str(wide_root))
    settings.cache_clear()
    return load_run(Run(wide_root / "wide"))


def test_the_component_gets_the_directions_and_the_pad_lies_in_the_first_two(wide: LoadedRun) -> None:
    header, blobs = live_payload(open_page())
    mu = latents_of(wide).mu
    found = principal_directions(mu)
    view = View(**header["view"])
    assert (view.basis, view.x, view.y, view.scale) == ("directions", 0, 1, "linear")
    assert view.hi_x == -view.lo_x == pytest.approx(3 * max(1, found.sd[0]), rel=0.05)
    basis = np.frombuffer(blobs["basis"], "<f4").reshape(32, K)
    assert basis == pytest.approx(found.basis, abs=1e-6)
    facts = header["directions"]
    assert facts["explained"] == pytest.approx(found.explained)
    assert facts["offset"] == pytest.approx(found.basis @ mu.mean(0, dtype=np.float64))
    assert (np.array(facts["reach"]) >= np.abs(found.coordinates(mu)).max(0) - 1e-9).all()
    points = np.frombuffer(blobs["points"], "<f4").reshape(-1, 2)
    assert points == pytest.approx((mu - found.mean) @ found.basis[:2].T, abs=1e-5)
    held = found.moved(np.zeros(K, np.float32), [0, 1], np.zeros(2))
    assert blobs["background"] == to_png(grid(decode(wide, direction_grid(held, view, found)), columns=view.size))


def test_the_dimensions_are_one_switch_away(wide: LoadedRun) -> None:
    latents = latents_of(wide)
    directions = principal_directions(latents.mu)
    assert view_of(latents, {"basis": "dimensions"}, directions) == latents.home_view()
    assert view_of(latents, {"basis": "directions"}, directions) == latents.home_view(directions)
    assert view_of(latents, {"basis": "directions"}) == latents.home_view()
    senseless: list[dict[str, Any]] = [
        {"x": 32}, {"scale": "quantile"}, {"basis": "both"}, {"basis": []}, {"lo_x": -1e9},
    ]  # fmt: skip
    for odd in senseless:
        assert view_of(latents, odd, directions) == latents.home_view(directions)
    assert view_of(latents, {"basis": "dimensions", "x": K - 1, "scale": "linear"}, directions).x == K - 1


def test_few_dimensions_have_no_directions(trained: Run) -> None:
    header, blobs = live_payload(open_page())
    assert header["directions"] is None
    assert header["view"]["basis"] == "dimensions"
    assert "basis" not in blobs


def test_a_link_with_many_numbers_is_followed_and_kept(wide: LoadedRun) -> None:
    z = np.random.default_rng(0).standard_normal(K).round(4)
    app = open_page(query={"z": packed(z)})
    assert live_payload(app)[0]["z"] == pytest.approx(z, abs=1e-6)
    assert app.query_params["z"] == packed(z)


def test_a_link_that_says_nothing_of_this_model_starts_at_the_middle(wide: LoadedRun) -> None:
    for wrong in (packed(np.ones(K + 1)), "~AAAA", "~"):
        assert live_payload(open_page(query={"z": wrong}))[0]["z"] == [0] * K


def test_an_image_carried_over_is_where_its_coordinates_are(wide: LoadedRun) -> None:
    latents = latents_of(wide)
    mu, sigma = latents.mu[3], np.exp(0.5 * latents.values.logvar[3])
    before = {state.Z: {"wide": mu}, state.STAMPS: {"wide": 1}, state.POSTERIORS: {"wide": (mu, sigma)}}
    header, blobs = live_payload(open_page(session=before))
    assert header["z"] == pytest.approx(mu)
    assert header["ellipse"]["sigma"] == pytest.approx(sigma)
    view, found = View(**header["view"]), principal_directions(latents.mu)
    held = found.moved(mu, [0, 1], np.zeros(2))
    expected = to_png(grid(decode(wide, direction_grid(held, view, found)), columns=view.size))
    assert blobs["background"] == expected
    assert expected != to_png(grid(decode(wide, manifold_grid(mu, view)), columns=view.size))
