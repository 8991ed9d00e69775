"""The Image page in a real browser: upload, example, refusal."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, upload
from tests.helpers import digit_picture, encoded

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The page's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}"


def test_an_upload_is_reconstructed(page: Page, address: str) -> None:
    page.goto(address)
    upload(page, "one.png", encoded(digit_picture()))
    expect(page.get_by_alt_text("reconstruction of one.png, decoded from its mean")).to_be_visible()
    expect(page.get_by_alt_text("input, one.png as the model sees it")).to_be_visible()
    expect(page.get_by_alt_text("absolute error of one.png")).to_be_visible()
    expect(page.locator(".pictures.thumbnails")).to_have_count(0)
    page.get_by_role("tab", name="On the map").click()
    expect(page.locator(".pictures.thumbnails img")).to_have_count(12)


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_an_example_takes_one_click(
    new_page: Callable[..., Page],
    address: str,
    width: int,
    scheme: str,
    screenshot: Callable[[Page, str], None],
) -> None:
    page = new_page(width, 900, scheme)
    page.goto(address)
    page.get_by_role("button", name="paper-3").click()
    picture = page.get_by_alt_text("reconstruction of paper-3.jpg, decoded from its mean")
    expect(picture).to_be_visible()
    expect(page.locator(".distribution")).to_have_count(7)
    screenshot(page, f"image-{width}-{scheme}")
    box = picture.bounding_box()
    assert box
    assert box["y"] + box["height"] < 900, "the reconstruction is seen without scrolling"
    assert box["width"] > 180


def test_not_an_image_is_a_sentence_and_no_traceback(page: Page, address: str) -> None:
    page.goto(address)
    upload(page, "one.png", encoded(digit_picture()))
    picture = page.get_by_alt_text("reconstruction of one.png")
    expect(picture).to_be_visible()
    upload(page, "notes.png", b"These are words, not pixels.")
    expect(page.get_by_text("notes.png is not an image that can be read.")).to_be_visible()
    expect(picture).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_explore_from_here_and_back_again(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="mnist-7").click()
    page.get_by_role("button", name="Explore from here").click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    page.wait_for_function("() => document.querySelector('[data-testid=\"live-decoder\"]')?.dataset.z")
    page.get_by_role("link", name="Image").click()
    expect(page.get_by_alt_text("reconstruction of mnist-7.png")).to_be_visible()
