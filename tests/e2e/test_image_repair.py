"""The Repair tab in a real browser: a hole painted and completed, noise taken away."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, drag_over, look

pytestmark = pytest.mark.browser

EXAMPLE = "mnist-4"


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The page's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}&tab=Repair"


def open_repair(page: Page, url: str) -> Locator:
    """The tab with an example; returns the canvas, whose preset is on it."""
    page.goto(f"{url}&image=example-{EXAMPLE}")
    canvas = page.get_by_test_id("canvas")
    expect(canvas.locator(".note")).to_have_text("50 % hidden")
    canvas.scroll_into_view_if_needed()
    return canvas


def complete(page: Page) -> Locator:
    """Press the button; the pictures that come."""
    page.get_by_role("button", name="Complete", exact=True).click()
    shown = page.get_by_role("tabpanel", name="Repair").locator(".pictures img")
    expect(shown.first).to_be_visible()
    return shown


def test_a_painted_box_is_completed_by_pointer_and_by_keys(page: Page, address: str) -> None:
    canvas = open_repair(page, address)
    canvas.get_by_role("button", name="clear").click()
    expect(page.get_by_text("Paint over what is to be completed")).to_be_visible()
    expect(page.get_by_role("button", name="Complete", exact=True)).to_be_disabled()
    canvas.get_by_role("button", name="box").click()
    drag_over(page, canvas.locator(".stage"), (0.3, 0.3), (0.7, 0.7))
    expect(canvas).to_have_attribute("data-painted", "16")
    expect(page.get_by_text("to see what the model puts into the masked part")).to_be_visible()
    shown = complete(page)
    assert "decoded inside the mask" in (shown.first.get_attribute("alt") or "")
    assert " nats" in (shown.first.get_attribute("alt") or "")
    drag_over(page, canvas.locator(".stage"), (0.05, 0.05), (0.2, 0.2))
    expect(shown).to_have_count(0)

    canvas.get_by_role("button", name="clear").press("Enter")
    canvas.get_by_role("button", name="box").press("Enter")
    stage = canvas.locator(".stage")
    stage.press("Enter")
    stage.press("ArrowRight")
    stage.press("ArrowDown")
    stage.press("Enter")
    expect(canvas).to_have_attribute("data-painted", "4")
    button = page.get_by_role("button", name="Complete", exact=True)
    expect(button).to_be_enabled()
    button.press("Enter")
    expect(shown.first).to_be_visible()


def test_a_preset_stays_while_another_tab_is_open_and_noise_is_measured(page: Page, address: str) -> None:
    canvas = open_repair(page, address)
    page.get_by_role("button", name="Centre", exact=True).click()
    expect(canvas.locator(".note")).to_have_text("25 % hidden")
    count = complete(page).count()
    page.get_by_role("tab", name="Uncertainty").click()
    expect(canvas).to_have_count(0)
    page.get_by_role("tab", name="Repair").click()
    expect(canvas.locator(".note")).to_have_text("25 % hidden")
    expect(page.get_by_role("tabpanel", name="Repair").locator(".pictures img")).to_have_count(count)


def test_a_completion_is_saved_with_its_visible_pixels(page: Page, server: Server) -> None:
    open_repair(page, f"{server.url}/image?model=mnist-2d&tab=Repair")
    complete(page)
    page.get_by_role("button", name="Save").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Completion 1", exact=True).click()
    assert saved.value.suggested_filename == f"{EXAMPLE}-completion-1.png"
    picture = Image.open(io.BytesIO(Path(saved.value.path()).read_bytes()))
    assert picture.size == (280, 280)
    original = Image.open(Path("explorer/ui/image/examples") / f"{EXAMPLE}.png").convert("L")
    upper = np.asarray(original)[:14]
    np.testing.assert_array_equal(np.asarray(picture)[5:140:10, 5::10], upper)

    page.get_by_role("radio", name="Denoise").click()
    panel = page.get_by_role("tabpanel", name="Repair")
    expect(panel.get_by_alt_text("with noise, PSNR")).to_be_visible()
    before = panel.locator(".pictures figcaption").nth(1).inner_text()
    panel.get_by_role("slider").press("ArrowRight")
    expect(panel.locator(".pictures figcaption").nth(1)).not_to_have_text(before)
    expect(panel.get_by_text("through the model")).to_be_visible()


def test_a_long_optimisation_says_how_long(page: Page, server: Server) -> None:
    open_repair(page, f"{server.url}/image?model=mnist-16d&tab=Repair")
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("spinbutton", name="Steps").fill("800")
    page.get_by_role("spinbutton", name="Steps").press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Complete", exact=True).click()
    expect(page.get_by_text(re.compile(r"Optimising 16 latents, \d+ (s|min) left"))).to_be_visible()
    expect(page.get_by_alt_text("completion 1, decoded inside the mask")).to_be_visible()
    expect(page.get_by_text("Optimising")).to_have_count(0)


def test_looks(page: Page, server: Server, screenshot: Callable[[Page, str], None]) -> None:
    canvas = open_repair(page, f"{server.url}/image?model=mnist-16d&tab=Repair")
    shown = complete(page)
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"image-repair-{width}-{scheme}")
        stage, first = canvas.bounding_box(), shown.first.bounding_box()
        assert stage
        assert first
        assert first["x"] > stage["x"] + stage["width"], "completions stand beside the canvas"
        assert first["width"] > 60
    page.get_by_role("radio", name="Denoise").click()
    expect(page.get_by_text("through the model")).to_be_visible()
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"image-denoise-{width}-{scheme}")
