"""The Models page in a real browser: a model that others trained is loaded and explored; the table of all models."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import PROJECT
from explorer.ui.library.table import HEAD_HIGH, ROW_HIGH
from tests.e2e.accessibility import grave_findings
from tests.e2e.serving import WAIT_MS, Server
from tests.e2e.visitor import CAUGHT_UP, PAINTED, VIEWS, at_rest, look, z_of

FOREIGN = PROJECT.parent / "shared" / "foreign" / "disentangling-vae" / "btcvae_celeba"
PATIENCE_MS = 3 * WAIT_MS
pytestmark = pytest.mark.browser
foreign = pytest.mark.skipif(not FOREIGN.is_dir(), reason="the models of others are not beside the checkout")
TABLE = "[class*='st-key-library-table'] .dvn-scroller"


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


@foreign
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


@foreign
def test_looks(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    load(page, app_url, "looked-at")
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"models-load-{width}-{scheme}")


def click_row(page: Page, row: int, x: int = 180) -> None:
    """Click on a row of the table; at x = 16 on its box."""
    page.locator(TABLE).first.click(position={"x": x, "y": HEAD_HIGH + ROW_HIGH * row + ROW_HIGH // 2})


def test_search_delete_undo_compare(page: Page, app_url: str, server: Server, trained_path: Path) -> None:
    paths = [server.folder / "runs" / name for name in ("tabled-one", "tabled-two")]
    for path in paths:
        shutil.copytree(trained_path, path)
    page.goto(f"{app_url}/models")
    search = page.get_by_role("textbox", name="Search")
    search.fill("TABLED digits")
    search.press("Enter")
    names = page.locator("[data-testid^='glide-cell-2-']")
    expect(names).to_have_count(2)
    listed = names.all_text_contents()
    assert set(listed) == {path.name for path in paths}
    at_rest(page)

    click_row(page, 1)
    expect(page.get_by_text(f"Chosen: {listed[1]}")).to_be_visible()
    assert grave_findings(page) == []
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text(f"Deleted {listed[1]}.")).to_be_visible()
    expect(names).to_have_text([listed[0]])
    page.get_by_role("button", name="Undo").click()
    expect(names).to_have_count(2)
    assert all(path.is_dir() for path in paths)
    expect(page.get_by_text(f"Chosen: {listed[1]}")).to_be_visible()
    at_rest(page)

    click_row(page, names.all_text_contents().index(listed[0]), x=16)
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_enabled()
    compare.click()
    expect(page.get_by_role("heading", name="Compare", exact=True)).to_be_visible()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("tabled"))
    for name in listed:
        expect(page.locator(".compare-table")).to_contain_text(name)


def test_looks_of_the_table(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    page.goto(f"{app_url}/models")
    expect(page.locator(TABLE).first).to_be_visible()
    at_rest(page)
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"models-{width}-{scheme}")
