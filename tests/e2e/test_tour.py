"""The tour: five steps from page to page, which a visitor may leave."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import open_live

pytestmark = pytest.mark.browser


def test_the_tour_goes_from_page_to_page_and_ends(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    page.get_by_role("button", name="Tour").click()
    for number, title in enumerate(("Explore", "Explore", "Map", "Image", "Models"), 1):
        expect(page.locator(f".st-key-tour-card-{number}")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        if number < 5:
            page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Image")
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[class*=st-key-tour-card]")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Model")).to_have_value("digits-2d")
