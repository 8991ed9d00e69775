"""Samples of the Explore page in a real browser: another source is fitted, drawn from, and kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from explorer.inference.densities.kept import kept_density
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import VIEWS, look, open_live

pytestmark = pytest.mark.browser

FITTING_MS = 120_000


def test_samples_from_a_mixture_are_fitted_with_progress_and_then_kept(
    page: Page, server: Server, trained_path: object, screenshot: Callable[[Page, str], None]
) -> None:
    run = Run(shutil.copytree(str(trained_path), server.folder / "runs" / "sampled"))
    open_live(page, server.url, "/?model=sampled")
    choice = page.get_by_role("radiogroup", name="Draw from")
    expect(page.get_by_alt_text("decoded draws of z from the prior")).to_be_visible()
    choice.get_by_role("radio", name="Gaussian mixture").click()
    expect(page.get_by_text("Fitting: Gaussian mixture")).to_be_visible()
    drawn = page.get_by_alt_text("decoded draws of z from a Gaussian mixture")
    expect(drawn).to_be_visible(timeout=FITTING_MS)
    expect(page.get_by_text("to the codes of 1,293 training images")).to_be_visible()
    assert kept_density(load_run(run), "gmm") is not None
    for width, scheme in VIEWS:
        look(page, width, scheme)
        choice.scroll_into_view_if_needed()
        screenshot(page, f"explore-samples-{width}-{scheme}")
    choice.get_by_role("radio", name="Prior").click()
    expect(page.get_by_alt_text("decoded draws of z from the prior")).to_be_visible()
    choice.get_by_role("radio", name="Gaussian mixture").click()
    expect(drawn).to_be_visible()
