"""The policy that browsers are given holds nothing back that a page needs, and no page asks another host."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

pytestmark = pytest.mark.browser

PAGES = ["", "map", "image", "diagnose", "compare", "train"]
SHOWN = {"": '[data-testid="live-decoder"][data-z]', "map": '[data-testid="latent-map"] .main-svg'}


def said(message: ConsoleMessage) -> str:
    """An error in the console; Streamlit's looking for its base path below a page's own is none."""
    looking = f"{message.location['url']}".split("/")[-2:] in (["_stcore", "health"], ["_stcore", "host-config"])
    return "" if looking or message.type != "error" else message.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_an_error_in_the_console(new_page: Callable[..., Page], app_url: str, path: str) -> None:
    page = new_page()
    words: list[str] = []
    page.on("console", lambda message: words.append(said(message)))
    page.goto(f"{app_url}/{path}")
    expect(page.locator("h1").first).to_be_visible()
    if path in SHOWN:
        expect(page.locator(SHOWN[path]).first).to_be_visible()
    expect(page.locator('[data-testid="stStatusWidget"]')).to_have_count(0)
    assert list(filter(None, words)) == []
