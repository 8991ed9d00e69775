"""The Diagnose page in a real browser: from nothing measured to a verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

MEASURING_MS = 200_000


@pytest.fixture(scope="module")
def address(server: Server, trained_path: Path) -> str:
    """The page's own address, with a run of the server's own."""
    shutil.copytree(trained_path, server.folder / "runs" / "fresh")
    return f"{server.url}/diagnose?model=fresh"


def test_one_click_measures_and_the_result_stays(
    page: Page, address: str, new_page: Callable[..., Page], screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(address)
    button = page.get_by_role("button", name="Measure this model")
    expect(button).to_be_visible()
    screenshot(page, "diagnose-empty")
    button.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    screenshot(page, "diagnose-progress")
    table = page.locator("table.measures")
    expect(table).to_be_visible(timeout=MEASURING_MS)
    expect(table.locator("tr", has_text="NLL")).to_contain_text("nats")
    expect(button).to_have_count(0)
    for width, scheme in [(1280, "light"), (1280, "dark"), (800, "light"), (800, "dark")]:
        again = new_page(width, 800, scheme)
        again.goto(address)
        expect(again.locator(".js-plotly-plot .gtitle")).to_have_count(2)
        expect(again.locator("table.measures")).to_be_visible()
        screenshot(again, f"diagnose-{width}-{scheme}")
    page.get_by_text("How each is taken and read").click()
    expect(page.get_by_text("A lower bound of log p(x)")).to_be_visible()
