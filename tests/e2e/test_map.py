"""The Map page in a real browser: a t-SNE is fitted, a point clicked, and Explore opened from there."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

# Where the first point of the second class lies in the window, once the chart is drawn.
POINT = """() => {
    const chart = document.querySelector('.js-plotly-plot');
    if (!chart?._fullLayout?.xaxis?.d2p) return null;
    const { xaxis, yaxis } = chart._fullLayout, box = chart.getBoundingClientRect(), trace = chart._fullData[1];
    return [box.left + xaxis._offset + xaxis.d2p(trace.x[0]), box.top + yaxis._offset + yaxis.d2p(trace.y[0])];
}"""


@pytest.fixture(scope="module")
def run_name(server: Server, trained_path: Path) -> str:
    """A run of the server's own that has no map yet."""
    shutil.copytree(trained_path, server.folder / "runs" / "fresh")
    return "fresh"


def click_point(page: Page) -> str:
    """Click the point; what its hover text says."""
    x, y = page.wait_for_function(POINT).json_value()
    page.mouse.move(x - 4, y - 4)
    page.mouse.move(x, y, steps=4)
    hover = page.locator(".hoverlayer .hovertext")
    expect(hover).to_contain_text("nats")
    said = hover.text_content() or ""
    page.mouse.click(x, y)
    return said


def test_pca_at_once_then_tsne_then_a_click_then_explore(
    page: Page, app_url: str, run_name: str, server: Server, screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{app_url}/map?model={run_name}")
    pca, tsne = (page.locator(".gtitle", has_text=f"{name} of the posterior means") for name in ("PCA", "t-SNE"))
    expect(pca.or_(tsne)).to_be_visible()  # a t-SNE of so few points may be ready before the page is
    expect(page.get_by_text("360 of 360 points")).to_be_visible()
    expect(tsne).to_be_visible(timeout=180_000)
    expect(pca).to_have_count(0)
    expect(page.locator(".js-plotly-plot")).to_have_count(1)
    expect(page.get_by_text("Until then this is the PCA")).to_have_count(0)
    assert not list((server.folder / "runs" / run_name / "maps").glob("*.json"))

    said = click_point(page)
    index = re.search(r"image ([\d,]+?)KL", said)
    assert index, said
    expect(page.get_by_alt_text(f"original of image {index[1]}")).to_be_visible()
    expect(page.get_by_alt_text(f"decoded from μ of image {index[1]}")).to_be_visible()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)
    screenshot(page, "map-1280-light")

    page.get_by_role("button", name="Explore from here").click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    live = page.locator('[data-testid="live-decoder"]')
    page.wait_for_function("() => document.querySelector('[data-testid=\"live-decoder\"]')?.dataset.z")
    assert any(json.loads(f"[{live.get_attribute('data-z')}]")), "z stands where the image is, not at 0"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_stacks_the_panel_under_the_map(
    new_page: Callable[..., Page], app_url: str, run_name: str, scheme: str, screenshot: Callable[[Page, str], None]
) -> None:
    page = new_page(800, 1000, scheme)
    page.goto(f"{app_url}/map?model={run_name}")
    click_point(page)
    panel, chart = page.locator(".pictures.thumbnails"), page.locator(".js-plotly-plot").first
    expect(panel).to_be_visible()
    screenshot(page, f"map-800-{scheme}")
    below, above = panel.bounding_box(), chart.bounding_box()
    assert below
    assert above
    assert below["y"] > above["y"] + above["height"]
    assert below["width"] > 600
