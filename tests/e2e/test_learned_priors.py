"""Models of a learned prior or of two levels, in a real browser: every page shows them, z is drawn from their prior."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.inference.latent_space.prior import prior_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import CAUGHT_UP, at_rest, drag_pad, open_live, z_of
from tests.helpers import trained_in

pytestmark = pytest.mark.browser

K = 4
DRAWS, MANY = 30, 1000  # in the browser, and of what they are held to


@pytest.fixture(params=["vamp-vae", "hvae"], scope="module")
def learned(request: pytest.FixtureRequest, server: Server) -> Run:
    """A run of such a model among the server's."""
    return trained_in(server.folder / "runs", request.param, model=request.param, latent=K, epochs=20)


def test_z_is_drawn_from_the_prior(page: Page, app_url: str, learned: Run) -> None:
    open_live(page, app_url, f"/?model={learned.name}")
    assert len(drag_pad(page, 5)) >= 3
    drawn = []
    for _ in range(DRAWS):
        page.get_by_role("button", name="random", exact=True).click()
        page.wait_for_function(CAUGHT_UP)
        drawn.append(z_of(page))
    prior = prior_of(load_run(learned))
    expected = prior.log_densities(prior.draws(MANY, seed=0))
    found = prior.log_densities(np.asarray(drawn, np.float32))
    assert abs(found.mean() - expected.mean()) < 4 * expected.std() / np.sqrt(DRAWS)
    normal = prior.log_densities(np.random.default_rng(0).standard_normal((MANY, K)).astype(np.float32))
    told_apart = expected.mean() - normal.mean() > 8 * expected.std() / np.sqrt(DRAWS)
    assert told_apart == (not prior.is_normal)


def test_each_page_shows_it(page: Page, app_url: str, learned: Run) -> None:
    for path in ("map", "image", "diagnose"):
        page.goto(f"{app_url}/{path}?model={learned.name}")
        at_rest(page)
        expect(page.get_by_role("combobox", name="Model")).to_have_value(learned.name)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
