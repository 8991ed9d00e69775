"""A zip of photographs becomes a trained and explored model without a shell, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.e2e.serving import WAIT_MS
from tests.e2e.visitor import CAUGHT_UP, PAINTED, VIEWS, at_rest, look
from tests.helpers import encoded, zipped

PATIENCE_MS = 3 * WAIT_MS
pytestmark = [pytest.mark.browser, pytest.mark.own_server]
CLASSES = ("ball", "box", "kite")


def photograph(kind: str, seed: int) -> Image.Image:
    """A thing in front of a noisy background, 40 x 32 pixels."""
    rng = np.random.default_rng(seed)
    picture = Image.fromarray(rng.integers(60, 110, (32, 40, 3), np.uint8))
    x, y, r = (int(rng.integers(*between)) for between in ((12, 28), (12, 20), (6, 10)))
    colour = tuple(rng.integers(150, 255, 3).tolist())
    draw = ImageDraw.Draw(picture)
    if kind == "ball":
        draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    elif kind == "box":
        draw.rectangle((x - r, y - r, x + r, y + r), fill=colour)
    else:
        draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=colour)
    return picture


def archive(n_each: int = 100) -> bytes:
    """A zip of photographs in the folders of three classes, with a file that is no image."""
    numbered = [(kind, i) for kind in CLASSES for i in range(n_each)]
    files = {
        f"things/{kind}/{i:03}.jpg": encoded(photograph(kind, 1000 * CLASSES.index(kind) + i), "JPEG")
        for kind, i in numbered
    }
    return zipped({**files, "things/readme.html": b"<script>alert(1)</script>"})


def bring(page: Page, app_url: str, name: str) -> None:
    """Drop the zip on the page, and add it."""
    page.goto(f"{app_url}/models?part=Data")
    uploader = page.locator('[data-testid="stFileUploader"] input[type=file]')
    uploader.set_input_files({"name": f"{name}.zip", "mimeType": "application/zip", "buffer": archive()})
    expect(page.get_by_role("textbox", name="Name")).to_have_attribute("placeholder", name)
    page.get_by_role("button", name="Add", exact=True).click()
    own = page.locator(f".st-key-data-{name}")
    expect(own.get_by_text("300 images, 3 classes")).to_be_visible(timeout=PATIENCE_MS)
    expect(own.locator(".pictures img")).to_have_count(24)


def test_three_hundred_photographs_are_trained_on_and_explored(
    page: Page, app_url: str, screenshot: Callable[[Page, str], None]
) -> None:
    bring(page, app_url, "things")
    expect(page.get_by_text("3 classes: ball (100), box (100), kite (100).")).to_be_visible()
    expect(page.get_by_text("Left out, not an image: things/readme.html.")).to_be_visible()
    screenshot(page, "data-brought")
    page.get_by_role("button", name="Train on it").click()
    expect(page.get_by_role("combobox", name="Data set")).to_have_value("things")
    expect(page.get_by_text("300 images in 3 classes")).to_be_visible()
    expect(page.get_by_role("button", name="Train on it")).to_have_count(0)  # the part before is gone
    at_rest(page)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("3")
    epochs.press("Enter")
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("Custom")
    page.get_by_role("button", name="Start", exact=True).click()
    explore = page.get_by_role("button", name="Explore this model")
    expect(page.get_by_text(re.compile("^Finished: 3 epochs in "))).to_be_visible(timeout=PATIENCE_MS)
    explore.click()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_role("combobox", name="Model")).to_have_value(re.compile("things"))
    page.wait_for_function(PAINTED)
    page.wait_for_function(CAUGHT_UP)
    screenshot(page, "data-explored")


def test_looks(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    bring(page, app_url, "looked-at")
    for width, scheme in VIEWS:
        look(page, width, scheme)
        screenshot(page, f"data-{width}-{scheme}")
