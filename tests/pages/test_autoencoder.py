"""Every page with a run that has no KL, no ELBO and no prior: they say so and show no such number."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.inference.latents import latents_of
from explorer.inference.live_payload.coordinates import slider_limit
from explorer.maps.outliers import rankings
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.training.train_run import train_new
from explorer.ui.common import state
from explorer.ui.common.phrases import NO_ELBO
from explorer.ui.components.live.panel import view_of
from tests.helpers import tiny_config
from tests.pages.page import open_page, words

pytestmark = pytest.mark.usefixtures("shipped_root", "data_root")


@pytest.fixture
def points(runs_root: Path) -> Run:
    """An autoencoder of digits."""
    return train_new(tiny_config(model="ae", latent=3, epochs=2), "points", lambda _: None, lambda: False)


def test_explore_shows_the_codes_where_they_lie_and_no_prior_density(points: Run) -> None:
    app = open_page("explore")
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Draws of the prior farther out"] == "no prior"
    assert NO_ELBO in words(app)
    assert "-reconstruction" in words(app)
    assert "-ELBO" not in words(app)
    latents = latents_of(load_run(points))
    view = latents.home_view()
    assert view.scale == "linear"
    inside = (latents.mu[:, view.x] > view.lo_x) & (latents.mu[:, view.x] < view.hi_x)
    assert inside.mean() > 0.95
    assert view_of(latents, vars(view)) == view
    assert slider_limit(latents) >= 3


def test_the_image_page_shows_the_code_and_the_reconstruction_alone(points: Run) -> None:
    app = open_page("image")
    assert NO_ELBO in words(app)
    assert "-reconstruction" in words(app)
    assert "Corrected for simplicity" in words(app)
    assert "-ELBO" not in words(app)
    assert "From the posterior to the prior" not in words(app)
    assert "KL: " not in words(app)

    app = open_page("image", {"tab": "Uncertainty"})
    assert "**Code**" in words(app)
    assert "no samples and no spread" in words(app)
    assert "sd of p(x|z)" in words(app)
    assert "sample 1" not in words(app)


def test_the_map_page_shows_no_kl(points: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("explorer.runs.tasks.process_task.spawn", lambda run, arguments: None)
    app = open_page("map", session={state.MAP_POINT: {(points.name, "test"): 17}, state.MAP_PANEL: "image"})
    assert "-reconstruction **" in words(app)
    assert "**Code**" in words(app)
    colours = next(box for box in app.selectbox if box.label == "Colour by")
    assert not {"KL", "ELBO"} & set(colours.options)
    assert "reconstruction error" in colours.options
    assert set(rankings(latents_of(load_run(points)))) == {"error", "label", "twins"}


def test_the_train_page_draws_the_reconstruction_alone(points: Run) -> None:
    app = open_page("models", {"run": points.name})
    assert NO_ELBO in words(app)
    titles = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert len(titles) == 1
    assert "-reconstruction of the test images" in titles[0]
    assert "ELBO" not in titles[0]
