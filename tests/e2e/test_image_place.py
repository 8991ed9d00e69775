"""Where an upload lands, in a real browser: the ring stands where the core places the image."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.datasets import load_digits
from explorer.images import Pixels
from explorer.projections import kept_map
from explorer.runs import Run
from explorer.settings import SHIPPED_RUNS
from tests.e2e.serving import Server
from tests.e2e.test_image import WIDTHS, upload
from tests.helpers import encoded

pytestmark = pytest.mark.browser

MAP = '[data-testid="latent-map"]'
INDEX = 3
PLACE = f"""([x, y]) => document.querySelector('{MAP}').map.chart.place(x, y)"""
# The box around everything on the canvas above the points that has the accent's colour: left, top, right, bottom.
RING = f"""() => {{
    const {{ overlay, ink }} = document.querySelector('{MAP}').map, {{ canvas, context }} = overlay;
    const accent = [1, 3, 5].map((at) => parseInt(ink.accent.slice(at, at + 2), 16));
    const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < data.length; i += 4) {{
        if (data[i + 3] < 250 || accent.some((value, band) => Math.abs(data[i + band] - value) > 2)) continue;
        const [x, y] = [(i / 4) % canvas.width, Math.floor(i / 4 / canvas.width)];
        [box[0], box[1]] = [Math.min(box[0], x), Math.min(box[1], y)];
        [box[2], box[3]] = [Math.max(box[2], x + 1), Math.max(box[3], y + 1)];
    }}
    return box[2] > 0 ? box : null;
}}"""


@pytest.fixture(scope="module")
def digits(server: Server) -> Run:
    """The shipped model of digits, which keeps its t-SNE, as a run of the server's own."""
    return Run(shutil.copytree(SHIPPED_RUNS / "digits-2d", server.folder / "runs" / "landing"))


def land(page: Page, url: str, pixels: Pixels) -> list[float]:
    """Upload grey pixels [1, H, W]; where the page says that they landed, in the units of the map."""
    page.goto(f"{url}/image?model=landing")
    upload(page, "mine.png", encoded(Image.fromarray(pixels[0])))
    page.wait_for_selector(f"{MAP}[data-newcomer]")
    return [float(value) for value in (page.locator(MAP).get_attribute("data-newcomer") or "").split(",")]


def ring(page: Page) -> tuple[list[float], float]:
    """The middle and the diameter of the ring, in pixels of the stage."""
    left, top, right, bottom = page.wait_for_function(RING).json_value()
    return [(left + right) / 2, (top + bottom) / 2], max(right - left, bottom - top)


def test_the_ring_stands_at_the_right_place(page: Page, app_url: str, digits: Run) -> None:
    tsne = kept_map(digits, "tsne")
    assert tsne is not None
    place = land(page, app_url, load_digits("test", None).pixels[INDEX])
    assert place == pytest.approx(tsne.points[INDEX].tolist(), abs=0.1)  # a test image lands on its own point
    middle, sure = ring(page)
    assert math.dist(middle, page.evaluate(PLACE, place)) < 2
    expect(page.get_by_text("in latent space are among the 50 nearest here")).to_be_visible()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)

    noise = np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8)
    place = land(page, app_url, noise)
    expect(page.get_by_text("This image is unlike every image of the map")).to_be_visible()
    _, unsure = ring(page)
    assert unsure > 1.5 * sure


def test_a_click_on_the_map_says_which_image_it_is_and_the_ring_stays(page: Page, app_url: str, digits: Run) -> None:
    place = land(page, app_url, load_digits("test", None).pixels[INDEX])
    stage = page.locator(".map-stage")
    stage.scroll_into_view_if_needed()
    left, top = page.evaluate(PLACE, place)
    stage.click(position={"x": left, "y": top})
    expect(page.locator(".map-tip")).to_contain_text("image")
    expect(page.locator(MAP)).to_have_attribute("data-marked", str(INDEX))
    expect(page.locator(MAP)).to_have_attribute("data-newcomer", ",".join(map(repr, place)))
    assert math.dist(ring(page)[0], [left, top]) < 2


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_looks(
    new_page: Callable[..., Page],
    app_url: str,
    digits: Run,
    width: int,
    scheme: str,
    screenshot: Callable[[Page, str], None],
) -> None:
    page = new_page(width, 800, scheme)
    land(page, app_url, load_digits("test", None).pixels[INDEX])
    ring(page)
    page.locator(".map-stage").scroll_into_view_if_needed()
    screenshot(page, f"image-place-{width}-{scheme}")
    stage, words = page.locator(".map-stage").bounding_box(), page.get_by_text("in latent space are").bounding_box()
    assert stage
    assert words
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert stage["width"] > 700
    assert (words["y"] > stage["y"] + stage["height"]) == (width == 800)
