"""The class picker in a real browser: the same z in another class."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import CAUGHT_UP, open_live, z_of

pytestmark = pytest.mark.browser

PICTURE = "() => Array.from(document.querySelector('.picture').getContext('2d').getImageData(0, 0, 28, 28).data)"
TILE = """(i) => Array.from(document.querySelectorAll('.class-choice canvas')[i].getContext('2d')
    .getImageData(0, 0, 28, 28).data)"""


def test_a_class_is_picked_and_z_stays(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    open_live(page, app_url, "/?model=mnist-cvae-8d")
    tiles = page.locator(".class-choice")
    expect(tiles).to_have_count(10)
    expect(tiles.nth(0)).to_have_attribute("aria-pressed", "true")
    page.locator(".random").click()
    page.wait_for_url("**z=*")
    page.wait_for_function(CAUGHT_UP)
    style = z_of(page)[:8]
    assert any(style), "random moves z"
    assert z_of(page)[8:] == [1, *[0] * 9], "and leaves the class"
    tiles.nth(7).focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('[data-testid=live-decoder]').dataset.z.endsWith('1.0000,0.0000,0.0000')"
    )
    assert z_of(page) == [*style, *[0] * 7, 1, 0, 0]
    expect(tiles.nth(7)).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"() => JSON.stringify(({TILE})(7)) === JSON.stringify(({PICTURE})())")
    screenshot(page, "explore-classes")


def test_other_models_have_no_picker(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    expect(page.locator(".class-picker")).to_be_hidden()
