"""The Image page in a real browser: the example it opens on, an upload, a refusal, and to Explore and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.serving import Server
from tests.e2e.visitor import PHONE, VIEWS, look, upload
from tests.helpers import digit_picture, encoded

pytestmark = pytest.mark.browser

FINGER = 44  # pixels that a target for it is high


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The page's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}"


def test_the_page_opens_on_an_example_and_shows_how_to_bring_another(
    page: Page, address: str, screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(address)
    picture = page.get_by_alt_text("reconstruction of test image 0, decoded from its mean")
    expect(picture).to_be_visible()
    expect(page.get_by_text("Example: test image 0 of Digits 8 x 8.")).to_be_visible()
    expect(page.locator(".distribution")).to_have_count(7)
    assert "image=" not in page.url
    sources = page.locator(".st-key-image-sources button:visible")
    expect(sources).to_have_count(6)
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"image-{width}-{scheme}")
        box, heights = picture.bounding_box(), sources.evaluate_all("all => all.map((one) => one.offsetHeight)")
        assert box
        assert box["y"] + box["height"] < 800, "the reconstruction is seen without scrolling"
        assert box["width"] > (100 if width == PHONE else 180)
        assert width != PHONE or min(heights) >= FINGER
        tab = page.get_by_role("tab", name="Surprise").bounding_box()
        assert tab
        assert width != 1280 or tab["y"] + tab["height"] < 800, "the tabs are seen without scrolling"


def test_an_upload_takes_the_place_of_the_example_and_stays(page: Page, address: str) -> None:
    page.goto(address)
    upload(page, "one.png", encoded(digit_picture()))
    picture = page.get_by_alt_text("reconstruction of one.png, decoded from its mean")
    expect(picture).to_be_visible()
    expect(page.get_by_alt_text("input, one.png as the model sees it")).to_be_visible()
    expect(page.get_by_alt_text("absolute error of one.png")).to_be_visible()
    expect(page.get_by_text("Example:")).to_have_count(0)
    page.get_by_role("tab", name="On the map").click()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)
    page.get_by_role("button", name="Explore from here").click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-testid=\"live-decoder\"]')?.dataset.z")
    page.get_by_role("link", name="Image").click()
    expect(picture).to_be_visible()
    upload(page, "notes.png", b"These are words, not pixels.")
    expect(page.get_by_text("notes.png is not an image that can be read.")).to_be_visible()
    expect(picture).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
