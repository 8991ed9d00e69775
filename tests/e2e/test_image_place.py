"""Where an upload lands, in a real browser: the ring stands where the core places the image."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.datasets.datasets import load_digits
from explorer.images.image_io import Pixels
from explorer.maps.fits.projections import kept_map
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, look, upload
from tests.helpers import encoded

pytestmark = pytest.mark.browser

MAP = '[data-testid="latent-map"]'
INDEX = 3
PLACE = f"""([x, y]) => document.querySelector('{MAP}').map.chart.place(x, y)"""
# Has the map show an out-of-sample point as far beyond the points as they reach; its place.
FAR = f"""() => {{
    const {{ map }} = document.querySelector('{MAP}'), {{ data }} = map, {{ x0, x1 }} = map.grid.bounds;
    const image = {{ ...data.out_of_sample, x: 2 * x1 - x0 }};
    map.update({{ data: {{ ...data, out_of_sample: image }}, setTriggerValue: map.setTriggerValue }});
    return [image.x, image.y];
}}"""
VIEW_HOLDS = f"([x]) => document.querySelector('{MAP}').map.chart.view().x1 > x"
# The diameter of all that has the accent's colour on the canvas above the points, once its middle is at a place.
RING_AT = f"""(place) => {{
    const {{ overlay, theme }} = document.querySelector('{MAP}').map, {{ canvas, context }} = overlay;
    const accent = [1, 3, 5].map((at) => parseInt(theme.accent.slice(at, at + 2), 16));
    const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < data.length; i += 4) {{
        if (data[i + 3] < 250 || accent.some((value, band) => Math.abs(data[i + band] - value) > 2)) continue;
        const [x, y] = [(i / 4) % canvas.width, Math.floor(i / 4 / canvas.width)];
        [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
    }}
    const [x, y] = ({PLACE})(place);
    const away = Math.hypot((left + right + 1) / 2 - x, (top + bottom + 1) / 2 - y);
    return away < 2 && Math.max(right - left, bottom - top) + 1;
}}"""


@pytest.fixture(scope="module")
def digits(server: Server) -> Run:
    """The shipped model of digits, which keeps its t-SNE, as a run of the server's own."""
    return Run(shutil.copytree(SHIPPED_RUNS / "digits-2d", server.folder / "runs" / "landing"))


def land(page: Page, url: str, pixels: Pixels) -> list[float]:
    """Upload grey pixels [1, H, W]; where the page says that they landed, in the units of the map."""
    page.goto(f"{url}/image?model=landing&tab=On+the+map")
    page.wait_for_selector(f"{MAP}[data-out-of-sample]")
    of_example = page.locator(MAP).get_attribute("data-out-of-sample") or ""
    upload(page, "mine.png", encoded(Image.fromarray(pixels[0])))
    expect(page.locator(MAP)).not_to_have_attribute("data-out-of-sample", of_example)
    return [float(value) for value in (page.locator(MAP).get_attribute("data-out-of-sample") or "").split(",")]


def ring(page: Page, place: list[float]) -> float:
    """Waits until the ring stands around a place of the map, within 2 pixels; its diameter in pixels."""
    return float(page.wait_for_function(RING_AT, arg=place).json_value())


def test_the_ring_stands_at_the_right_place_and_stays(page: Page, app_url: str, digits: Run) -> None:
    tsne = kept_map(load_run(digits), "tsne")
    assert tsne is not None
    place = land(page, app_url, load_digits("test", None).pixels[INDEX])
    assert place == pytest.approx(tsne.points[INDEX].tolist(), abs=0.1)  # a test image lands on its own point
    sure = ring(page, place)
    expect(page.get_by_text("in latent space are among the 50 nearest here")).to_be_visible()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)

    stage = page.locator(".map-stage")
    stage.scroll_into_view_if_needed()
    left, top = page.evaluate(PLACE, place)
    stage.click(position={"x": left, "y": top})
    expect(page.locator(".map-tip")).to_contain_text("image")
    expect(page.locator(MAP)).to_have_attribute("data-marked", str(INDEX))
    expect(page.locator(MAP)).to_have_attribute("data-out-of-sample", ",".join(map(repr, place)))
    ring(page, place)

    noise = np.random.default_rng(0).integers(0, 256, (1, 8, 8), np.uint8)
    place = land(page, app_url, noise)
    expect(page.get_by_text("This image is unlike every image of the map")).to_be_visible()
    assert ring(page, place) > 1.5 * sure


def test_a_place_beyond_all_points_is_in_view(
    page: Page, app_url: str, digits: Run, screenshot: Callable[[Page, str], None]
) -> None:
    ring(page, land(page, app_url, load_digits("test", None).pixels[INDEX]))
    page.locator(".map-stage").scroll_into_view_if_needed()
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"image-place-{width}-{scheme}")
        stage, words = page.locator(".map-stage").bounding_box(), page.get_by_text("in latent space are").bounding_box()
        assert stage
        assert words
        assert stage["width"] > 700
        assert (words["y"] > stage["y"] + stage["height"]) == (width == 800)
    place = page.evaluate(FAR)
    page.wait_for_function(VIEW_HOLDS, arg=place)
    ring(page, place)
    page.get_by_role("button", name="zoom in").click()
    page.wait_for_function(f"(place) => !({VIEW_HOLDS})(place)", arg=place)
    page.get_by_role("button", name="whole map").click()
    page.wait_for_function(VIEW_HOLDS, arg=place)
