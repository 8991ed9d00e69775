"""The Map page in a real browser: hovering, clicking, selecting, recolouring, by hand and by keyboard."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, Request, expect

from explorer.base.runtime_settings import PROJECT
from explorer.datasets.datasets import load_digits
from explorer.inference.latents import Latents, latents_of
from explorer.maps.fits.jobs import map_frame, map_progress, map_task
from explorer.maps.fits.projections import Projection, kept_map, map_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from explorer.ui.map.selection import PER_PAGE
from tests.e2e.serving import WAIT_MS, Server
from tests.e2e.visitor import WIDTHS, drag_over

pytestmark = [pytest.mark.browser, pytest.mark.own_server]

MAP = '[data-testid="latent-map"]'
N = 360  # images of the test split
VIEW = f"() => document.querySelector('{MAP}').map.chart.view()"
NARROWER = f"(x) => document.querySelector('{MAP}').map.chart.view().x1 < x"
# Where a point lies in the window.
PLACE = f"""(index) => {{
    const {{ chart, grid, stage }} = document.querySelector('{MAP}').map, box = stage.getBoundingClientRect();
    const [left, top] = chart.place(grid.x[index], grid.y[index]);
    return [box.left + left, box.top + top];
}}"""
COLOURS = "() => document.querySelector('.map-chart').data.map(({ marker }) => marker.color)"
HOVERED = f"() => document.querySelector('{MAP}').dataset.hover"
THUMBNAIL = """() => {
    const canvas = document.querySelector('.map-tip canvas');
    const rgba = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return Array.from(rgba).filter((_, i) => i % 4 === 0);
}"""

# The red of each pixel of a picture.
PAINTED = """(image) => {
    const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    context.drawImage(image, 0, 0);
    const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
    return Array.from(rgba).filter((_, i) => i % 4 === 0);
}"""


@pytest.fixture(scope="module")
def run(server: Server, trained_path: Path) -> Run:
    """A run of the server's own that has a kept t-SNE, and keeps its latents."""
    path = server.folder / "runs" / "mapped"
    shutil.copytree(trained_path, path)
    latents_of(load_run(Run(path)))
    map_of(load_run(Run(path)), "tsne")
    return Run(path)


@pytest.fixture(scope="module")
def latents(run: Run) -> Latents:
    """What the map shows."""
    return latents_of(load_run(run))


@pytest.fixture(scope="module")
def projection(run: Run) -> Projection:
    """Where it shows it."""
    kept = kept_map(load_run(run), "tsne")
    assert kept is not None
    return kept


def open_map(page: Page, url: str, name: str = "mapped") -> None:
    """Open the page and wait for the points."""
    page.goto(f"{url}/map?model={name}")
    expect(page.locator(MAP)).to_have_attribute("data-points", str(N))


def hover(page: Page, index: int) -> int:
    """Move the pointer to a point; the index whose thumbnail is painted (another may lie on top of it)."""
    x, y = page.evaluate(PLACE, index)
    page.mouse.move(x, y)
    return int(page.wait_for_function(HOVERED).json_value())


def choose(page: Page, option: str, label: str) -> None:
    """Take an option of a selector."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def inside(corners: NDArray[np.float64], points: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which points lie in an upright box of the map, told by the view alone."""
    (x0, y0), (x1, y1) = corners.min(0), corners.max(0)
    x, y = points.T
    return (x > x0) & (x < x1) & (y > y0) & (y < y1)


def gallery_indices(page: Page, n: int) -> set[int]:
    """The images on all pages of the gallery of ``n``."""
    seen: set[int] = set()
    images = page.locator(".pictures.thumbnails img")
    for first in range(1, n + 1, PER_PAGE):
        last = min(first + PER_PAGE - 1, n)
        if first > 1:
            before = images.first.get_attribute("alt") or ""
            page.get_by_role("button", name="Next page").click()
            expect(images.first).not_to_have_attribute("alt", before)
        expect(page.get_by_text(f"{first} to {last} of {n}")).to_be_visible()
        expect(images).to_have_count(last - first + 1)
        seen |= {int((image.get_attribute("alt") or "").split()[-1]) for image in images.all()}
    return seen


def test_hovering_shows_the_right_image(page: Page, app_url: str, run: Run) -> None:
    pixels = load_digits("test", None).pixels
    open_map(page, app_url)
    seen = set()
    for index in (0, 17, 123, 256, 359):
        found = hover(page, index)
        seen.add(found)
        assert page.evaluate(THUMBNAIL) == pixels[found, 0].ravel().tolist()
        expect(page.locator(".map-tip")).to_contain_text(f"image {found}")
        expect(page.locator(".map-tip")).to_contain_text("original")
    assert len(seen & {0, 17, 123, 256, 359}) >= 3
    page.mouse.move(5, 5)
    expect(page.locator(".map-tip")).to_be_hidden()


def test_a_click_shows_the_image_and_its_true_neighbours(page: Page, app_url: str, latents: Latents) -> None:
    open_map(page, app_url)
    index = hover(page, 17)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_alt_text(f"original of image {index}", exact=True)).to_be_visible()
    expect(page.get_by_alt_text(f"decoded from μ of image {index}", exact=True)).to_be_visible()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)
    distances = np.linalg.norm(latents.mu.astype(np.float64) - latents.mu[index], axis=1)
    distances[index] = np.inf
    nearest = ",".join(str(i) for i in np.argsort(distances, kind="stable")[:12])
    expect(page.locator(MAP)).to_have_attribute("data-neighbours", nearest)

    page.get_by_role("button", name="Explore from here").click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    live = page.locator('[data-testid="live-decoder"]')
    page.wait_for_function("() => document.querySelector('[data-testid=\"live-decoder\"]')?.dataset.z")
    z = json.loads(f"[{live.get_attribute('data-z')}]")
    np.testing.assert_allclose(z, latents.mu[index], atol=1e-3)


@pytest.mark.parametrize("tool", ["lasso", "box"])
def test_what_is_drawn_around_is_what_the_gallery_holds(
    page: Page, app_url: str, projection: Projection, tool: str
) -> None:
    open_map(page, app_url)
    view = page.evaluate(VIEW)
    page.get_by_role("button", name=tool, exact=True).click()
    left, right, top, bottom = 0.3, 0.72, 0.2, 0.66
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    drag_over(page, page.locator(".map-stage"), *(corners if tool == "lasso" else [corners[0], corners[2]]))
    selected = page.locator(MAP).get_attribute("data-selected")
    assert selected
    assert 10 < int(selected) < N
    expect(page.get_by_text(f"{selected} of {N} selected").last).to_be_visible()
    expect(page.get_by_text(f"1 to {min(int(selected), 24)} of {selected}")).to_be_visible()
    expect(page.get_by_alt_text("mean of the originals")).to_be_visible()
    assert page.evaluate(VIEW) == view, "the map stays where it is while something is drawn on it"

    frame = page.evaluate(f"() => document.querySelector('{MAP}').map.chart.frame()")
    stage = page.locator(".map-stage").bounding_box()
    assert stage
    share_x = (np.array([left, right]) * stage["width"] - frame["left"]) / frame["width"]
    share_y = (np.array([top, bottom]) * stage["height"] - frame["top"]) / frame["height"]
    xs = view["x0"] + share_x * (view["x1"] - view["x0"])
    ys = view["y1"] - share_y * (view["y1"] - view["y0"])
    truth = set(np.flatnonzero(inside(np.stack([xs, ys], 1), projection.points)).tolist())
    gallery = gallery_indices(page, int(selected))
    assert len(gallery) == int(selected)
    assert len(truth ^ gallery) <= 3  # the pointer stands on whole pixels

    page.get_by_role("button", name="clear selection").click()
    expect(page.locator(MAP)).not_to_have_attribute("data-selected", selected)
    expect(page.get_by_text("Click a point to see its image")).to_be_visible()


def test_the_training_images_are_shown_when_they_are_chosen(page: Page, app_url: str, run: Run) -> None:
    pixels = load_digits("train", None).pixels
    open_map(page, app_url)
    hover(page, 17)
    page.mouse.down()
    page.mouse.up()
    choose(page, "PCA", "Projection")
    expect(page.locator(MAP)).to_have_attribute("data-method", "pca")
    choose(page, "Train", "Images")
    expect(page.locator(f"{MAP}[data-points='{len(pixels)}']")).to_be_visible()
    expect(page.locator(MAP)).to_have_count(1)
    expect(page.get_by_text(f"{len(pixels):,} of {len(pixels):,} points")).to_be_visible()
    expect(page.get_by_text("Click a point to see its image")).to_be_visible()  # what was clicked is a test image
    index = hover(page, 1234)
    assert page.evaluate(THUMBNAIL) == pixels[index, 0].ravel().tolist()
    page.mouse.down()
    page.mouse.up()
    original = page.get_by_alt_text(f"original of image {index:,}", exact=True)
    expect(original).to_be_visible()
    assert page.evaluate(PAINTED, original.element_handle()) == pixels[index, 0].ravel().tolist()
    expect(page).to_have_url(re.compile("split=train"))


def test_another_colour_keeps_the_view_and_fetches_no_points_again(page: Page, app_url: str, run: Run) -> None:
    open_map(page, app_url)
    whole = page.evaluate(VIEW)
    page.get_by_role("button", name="zoom in").click()
    page.wait_for_function(NARROWER, arg=whole["x1"])
    view, by_class = page.evaluate(VIEW), page.evaluate(COLOURS)
    assert len(by_class) == 10
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/map-data/" in request.url or "plotly" in request.url:
            asked.append(request.url)

    page.on("request", note)
    choose(page, "KL", "Colour by")
    expect(page.locator(MAP)).to_have_attribute("data-colour", "kl")
    expect(page.locator(".map-legend")).to_contain_text("KL, nats")
    assert not set(page.evaluate(COLOURS)) & set(by_class)
    assert page.evaluate(VIEW) == view
    assert len(asked) == 1, asked  # the codes of the new colour
    choose(page, "class", "Colour by")
    expect(page.locator(MAP)).to_have_attribute("data-colour", "class")
    assert len(asked) == 1, asked
    assert page.evaluate(COLOURS) == by_class
    assert page.evaluate(VIEW) == view


def test_a_class_is_hidden_and_shown(page: Page, app_url: str, run: Run) -> None:
    open_map(page, app_url)
    traces = "() => document.querySelector('.map-chart').data.length"
    whole = page.evaluate(traces)
    chip = page.locator(".map-legend .chip").first
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    page.wait_for_function(f"(n) => ({traces})() === n", arg=whole - 1)
    chip.click()
    shown = page.locator(".map-legend .chip[aria-pressed=true]")
    everything = shown.count()
    chip.dblclick()
    expect(shown).to_have_count(1)
    expect(chip).to_have_attribute("aria-pressed", "true")
    chip.dblclick()
    expect(shown).to_have_count(everything)
    page.wait_for_function(f"(n) => ({traces})() === n", arg=whole)


def test_the_keyboard_goes_from_point_to_point_and_zooms(page: Page, app_url: str, projection: Projection) -> None:
    open_map(page, app_url)
    page.locator(".map-stage").focus()
    page.keyboard.press("ArrowRight")
    first = int(page.locator(MAP).get_attribute("data-marked") or -1)
    page.keyboard.press("ArrowRight")
    second = int(page.locator(MAP).get_attribute("data-marked") or -1)
    assert projection.points[second, 0] > projection.points[first, 0]
    expect(page.get_by_alt_text(f"original of image {second}", exact=True)).to_be_visible()
    before = page.evaluate(VIEW)
    page.keyboard.press("+")
    page.wait_for_function(NARROWER, arg=before["x1"])
    expect(page.locator(MAP)).not_to_have_attribute("data-thumbnails", "0")
    page.keyboard.press("0")
    page.wait_for_function(f"(x) => !({NARROWER})(x)", arg=before["x1"] - 1e-6)


def test_an_outlier_and_a_search_are_marked_on_the_map(page: Page, app_url: str, run: Run) -> None:
    open_map(page, app_url)
    page.get_by_role("textbox", name="Find").fill("42")
    page.keyboard.press("Enter")
    expect(page.locator(MAP)).to_have_attribute("data-marked", "42")
    page.get_by_role("radio", name="Outliers").or_(page.get_by_role("button", name="Outliers")).click()
    table = page.locator(".stDataFrame")
    expect(table).to_be_visible()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 15, box["y"] + 52)
    expect(page.locator(MAP)).not_to_have_attribute("data-marked", "42")


def test_pca_at_once_then_tsne(page: Page, app_url: str, server: Server, trained_path: Path) -> None:
    shutil.copytree(trained_path, server.folder / "runs" / "fresh")
    open_map(page, app_url, "fresh")  # a t-SNE of so few points may be ready before the page is
    expect(page.get_by_text(f"{N} of {N} points")).to_be_visible()
    expect(page.locator(MAP)).to_have_attribute("data-method", "tsne", timeout=180_000)
    expect(page.get_by_text("Until then this is the PCA")).to_have_count(0)
    expect(page.locator(MAP)).to_have_count(1)


def test_it_goes_on_after_a_restart_of_the_server(page: Page, server: Server, run: Run) -> None:
    open_map(page, server.url)
    server.stop()
    server.start()
    expect(page.get_by_role("dialog")).to_have_count(0)  # of a lost connection
    page.evaluate(f"""() => {{
        const {{ sheets }} = document.querySelector('{MAP}').map;
        sheets.url += '-forgotten';  // the browser has kept the sheets under the handle that only the old server knew
        sheets.forget();
    }}""")
    index = hover(page, 17)
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_alt_text(f"original of image {index}", exact=True)).to_be_visible()


def test_streamlit_run_serves_it_under_a_base_path(page: Page, tmp_path: Path, run: Run) -> None:
    own = Server(tmp_path, ("-m", "streamlit", "run", "app.py"), STREAMLIT_SERVER_BASE_URL_PATH="tools/vae")
    shutil.copytree(run.path, tmp_path / "runs" / "mapped")
    own.start()
    try:
        open_map(page, own.url)
        hover(page, 17)
    finally:
        own.stop()


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_looks(
    new_page: Callable[..., Page],
    app_url: str,
    run: Run,
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = new_page(width, 800, scheme)
    open_map(page, app_url)
    stage = page.locator(".map-stage").bounding_box()
    assert stage
    assert stage["y"] + stage["height"] <= 800
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    hover(page, 17)
    page.mouse.down()
    page.mouse.up()
    panel = page.locator(".pictures.thumbnails")
    expect(panel).to_be_visible()
    screenshot(page, f"map-{width}-{scheme}")
    below = panel.bounding_box()
    assert below
    assert (below["y"] > stage["y"] + stage["height"]) == (width == 800)


def wait_for(found: Callable[[], bool]) -> None:
    """Until it holds."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not found():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_a_forming_map_is_seen_and_stopped_early(
    page: Page, app_url: str, server: Server, screenshot: Callable[[Page, str], None]
) -> None:
    run = Run(server.folder / "runs" / "forming")
    shutil.copytree(PROJECT / "models" / "pretrained" / "mnist-2d", run.path)
    shutil.rmtree(run.path / "maps")
    page.goto(f"{app_url}/map?model=forming")
    wait_for(lambda: map_frame(load_run(run), "tsne") is not None)
    fit = map_progress(load_run(run), "tsne")
    assert fit is not None
    assert fit.pid is not None
    os.kill(fit.pid, signal.SIGSTOP)  # it holds its breath, however slow the page is
    try:
        stage, stop = page.locator(MAP), page.get_by_role("button", name="Stop and keep")
        expect(stop).to_be_visible(timeout=WAIT_MS)
        expect(stage).to_have_attribute("data-method", "tsne", timeout=WAIT_MS)
        screenshot(page, "map-forming")
        stop.click()
        wait_for(map_task(load_run(run), "tsne").stop_path.exists)
    finally:
        os.kill(fit.pid, signal.SIGCONT)
    expect(page.get_by_role("button", name="Fit to the end")).to_be_visible(timeout=WAIT_MS)
    kept = kept_map(load_run(run), "tsne")
    assert kept is not None
    assert kept.facts.stopped
    expect(stage).to_have_attribute("data-points", str(len(kept.points)))
    expect(page.get_by_text("Trustworthiness")).to_be_visible(timeout=WAIT_MS)
