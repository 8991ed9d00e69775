"""The tab Between in a real browser: a path is seen, slid along, played and saved."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from explorer.images.animation import has_mp4
from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, look

pytestmark = pytest.mark.browser

FRAMES = 45


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The tab's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}&tab=Between"


@pytest.fixture(scope="module")
def shipped_address(server: Server) -> str:
    """The tab's address with a run that ships: no two frames of its paths are equal."""
    return f"{server.url}/image?model=mnist-2d&tab=Between"


def open_tab(page: Page, address: str) -> None:
    """The tab with an example in it."""
    page.goto(f"{address}&image=example-mnist-7")
    expect(page.get_by_test_id("film")).to_have_attribute("data-frame", "0")


def large(page: Page) -> str:
    """The address of the large picture."""
    return page.locator(".film-large img").get_attribute("src") or ""


def saved(page: Page, button: str) -> bytes:
    """What a button saves."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button, exact=True).click()
    return download.value.path().read_bytes()


def test_the_path_is_slid_along_played_and_led_through_another_image(page: Page, address: str) -> None:
    open_tab(page, address)
    first, slider = large(page), page.get_by_role("slider", name="Share of the decoded length")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("film")).to_have_attribute("data-frame", "1")
    page.keyboard.press("End")
    expect(page.get_by_test_id("film")).to_have_attribute("data-frame", str(FRAMES - 1))
    assert large(page) != first
    expect(page.get_by_alt_text("decoded, 100 % of the way")).to_be_visible()
    cells = page.locator(".film-rows button")
    expect(cells).to_have_count(12)
    cells.nth(3).click()
    expect(page.get_by_test_id("film")).to_have_attribute("data-frame", "12")
    expect(cells.nth(3)).to_have_attribute("aria-current", "true")

    cells.last.click()
    page.get_by_role("button", name="Play there and back").click()
    page.wait_for_function("() => Number(document.querySelector('.film').dataset.frame) < 43")
    page.get_by_role("button", name="Halt").click()
    expect(page.get_by_role("button", name="Play there and back")).to_be_visible()

    page.get_by_role("button", name="Add").click()
    page.locator('[class*="st-key-image-buttons-examples-path"] button:visible').first.click()
    expect(page.locator(".film-rows img").nth(1)).to_have_attribute("alt", "original, mnist-2.png")


def test_without_motion_the_button_takes_one_step(page: Page, address: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_tab(page, address)
    page.get_by_role("button", name="Next picture").click()
    expect(page.get_by_test_id("film")).to_have_attribute("data-frame", "4")


def test_another_kind_is_another_strip_that_is_saved_as_a_film(page: Page, shipped_address: str) -> None:
    open_tab(page, shipped_address)
    middle = page.locator(".film-rows button img").nth(6)
    straight = middle.get_attribute("src") or ""
    page.get_by_test_id("stButtonGroup").get_by_text("Geodesic").click()
    expect(middle).not_to_have_attribute("src", straight)
    expect(page.locator("table.measures tr")).to_have_count(4)
    with Image.open(io.BytesIO(saved(page, "GIF"))) as film:
        assert (film.format, film.info["loop"]) == ("GIF", 0)
        assert getattr(film, "n_frames", 1) == 2 * FRAMES - 2  # there and back
        assert film.size == (280, 280)
    if has_mp4():
        assert saved(page, "MP4")[4:8] == b"ftyp"
    with Image.open(io.BytesIO(saved(page, "Strip"))) as strip:
        assert strip.width > 10 * strip.height


def test_every_mode_is_seen(page: Page, shipped_address: str, screenshot: Callable[[Page, str], None]) -> None:
    open_tab(page, shipped_address)
    expect(page.locator("table.measures tr")).to_have_count(4)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    seen(page, "path", screenshot)
    page.get_by_test_id("stButtonGroup").get_by_text("Attribute").click()
    expect(page.get_by_alt_text("decoded, strength 0")).to_be_visible()
    seen(page, "attribute", screenshot)
    page.get_by_test_id("stButtonGroup").get_by_text("Analogy").click()
    expect(page.get_by_alt_text("answer, decoded: c + b − a")).to_be_visible()
    seen(page, "analogy", screenshot)


def seen(page: Page, mode: str, screenshot: Callable[[Page, str], None]) -> None:
    """Look at a mode in each width; nothing may be wider than the window."""
    page.locator(".film, .pictures").last.scroll_into_view_if_needed()
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"between-{mode}-{width}-{scheme}")
