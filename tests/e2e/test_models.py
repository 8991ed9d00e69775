"""A model that others trained, dropped on the Models page and explored in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import PROJECT
from tests.e2e.serving import WAIT_MS
from tests.e2e.visitor import CAUGHT_UP, PAINTED, VIEWS, at_rest, look, z_of

FOREIGN = PROJECT.parent / "shared" / "foreign" / "disentangling-vae" / "btcvae_celeba"
PATIENCE_MS = 3 * WAIT_MS
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FOREIGN.is_dir(), reason="the models of others are not beside the checkout"),
]


def load(page: Page, app_url: str, name: str) -> None:
    """Drop the model's two files, and load it."""
    page.goto(f"{app_url}/models?part=Load+a+model")
    uploader = page.locator('[data-testid="stFileUploader"] input[type=file]')
    uploader.set_input_files([FOREIGN / "model.pt", FOREIGN / "specs.json"])
    expect(page.get_by_text("specs.json")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_role("textbox", name="Name").press("Enter")
    at_rest(page)
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_role("button", name="Explore it")).to_be_visible(timeout=PATIENCE_MS)


def test_load_explore_drag(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    load(page, app_url, "celeba")
    expect(page.get_by_text("images of 64 x 64, colour, 10 latent dimensions.")).to_be_visible()
    screenshot(page, "models-loaded")
    page.get_by_role("button", name="Explore it").click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("combobox", name="Model")).to_have_value("celeba")
    page.wait_for_function(PAINTED)
    page.wait_for_function(CAUGHT_UP)
    before = z_of(page)
    assert len(before) == 10
    slider = page.locator(".slider-row[data-dim='0'] .track input")
    box = slider.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=5)
    page.wait_for_function(CAUGHT_UP)
    page.mouse.up()
    assert sum(a != b for a, b in zip(before, z_of(page), strict=True)) == 1
    screenshot(page, "models-explored")


def test_looks(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    load(page, app_url, "looked-at")
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"models-load-{width}-{scheme}")
    page.get_by_role("radio", name="Your models").click()
    expect(page.get_by_role("button", name="Delete").first).to_be_visible()
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"models-own-{width}-{scheme}")
