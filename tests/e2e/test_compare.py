"""The Compare page in a real browser: the link, and one selection on several maps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.inference.latents import latents_of
from explorer.maps.fits.projections import map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS

pytestmark = pytest.mark.browser

MAP = '[data-testid="latent-map"]'
MAPS = f"""() => {{
    const maps = [...document.querySelectorAll('{MAP}')];
    return maps.length === 2 && maps.every((map) => map.dataset.points === '360');
}}"""
SELECTED = f"(n) => [...document.querySelectorAll('{MAP}')].every((map) => map.dataset.selected === String(n))"
MASKS = f"() => [...document.querySelectorAll('{MAP}')].map((map) => Array.from(map.map.selected))"


@pytest.fixture(scope="module")
def address(server: Server, trained_path: Path) -> str:
    """The page with two runs of the server's own, of the same digits."""
    first = Run(shutil.copytree(SHIPPED_RUNS / "digits-2d", server.folder / "runs" / "first"))
    second = Run(shutil.copytree(trained_path, server.folder / "runs" / "second"))
    for run in (first, second):
        latents_of(load_run(run))
        map_of(load_run(run), "pca")
    return f"{server.url}/compare?model=first&with=second"


def test_the_choice_is_in_the_link(page: Page, address: str) -> None:
    page.goto(address.replace("&with=second", ""))
    expect(page.get_by_role("heading", name="Measures")).to_be_visible()
    page.wait_for_function("() => new URLSearchParams(location.search).has('with')")  # what was suggested
    page.goto(address)
    expect(page.locator(".compare-table .run-name")).to_have_text(["Afirst", "Bsecond"])
    page.get_by_role("radio", name="Walk").click()
    expect(page.get_by_role("button", name="Another walk")).to_be_visible()
    page.wait_for_function("() => new URLSearchParams(location.search).get('view') === 'Walk'")
    page.reload()
    expect(page.get_by_role("button", name="Another walk")).to_be_visible()
    expect(page.locator(".compare-table .run-name")).to_have_text(["Afirst", "Bsecond"])


def test_what_is_enclosed_on_one_map_is_selected_on_the_other(page: Page, address: str) -> None:
    page.goto(f"{address}&view=Maps")
    page.wait_for_function(MAPS)
    maps = page.locator(MAP)
    maps.first.get_by_role("button", name="box").click()
    frame = maps.first.locator(".map-stage").bounding_box()
    assert frame
    page.mouse.move(frame["x"] + 0.3 * frame["width"], frame["y"] + 0.3 * frame["height"])
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.7 * frame["width"], frame["y"] + 0.7 * frame["height"], steps=5)
    page.mouse.up()
    page.wait_for_function(f"() => document.querySelector('{MAP}').dataset.selected > 0")
    n = int(maps.first.get_attribute("data-selected") or 0)
    page.wait_for_function(SELECTED, arg=n)
    first, second = (np.array(mask) for mask in page.evaluate(MASKS))
    np.testing.assert_array_equal(first, second)
    assert n == np.count_nonzero(first)
    expect(page.locator(".compare-rows img")).to_have_count(3 * min(n, 12))

    maps.nth(1).get_by_role("button", name="clear selection").click()  # and the other way
    page.wait_for_function(f"() => document.querySelector('{MAP}').dataset.selected === undefined")
    expect(page.locator(".compare-rows")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_the_pictures_lead(
    new_page: Callable[..., Page], address: str, width: int, scheme: str, screenshot: Callable[[Page, str], None]
) -> None:
    page = new_page(width, 800, scheme)
    for view in ("Images", "Curves"):
        page.goto(f"{address}&view={view}")
        expect(page.get_by_role("heading", name="Measures")).to_be_visible()
        picture = page.locator(".compare-rows" if view == "Images" else ".js-plotly-plot").first
        expect(picture).to_be_visible()
        screenshot(page, f"compare-{view.lower()}-{width}-{scheme}")
        box = picture.bounding_box()
        assert box
        assert box["y"] + box["height"] < 800, "seen without scrolling"
        assert box["width"] > 0.85 * width
