"""The model picker in a real browser: opened, searched, and chosen from by keyboard and by finger."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import grave_findings
from tests.e2e.visitor import PHONE, open_live

pytestmark = pytest.mark.browser
OPTIONS = ".model-picker [role=option]"
HAS_PICTURE = "(option) => option.querySelector('img').naturalWidth > 0"


def test_a_model_is_found_by_typing_and_picked(
    page: Page, app_url: str, screenshot: Callable[[Page, str], None]
) -> None:
    open_live(page, app_url)
    field, options = page.get_by_role("combobox", name="Model"), page.locator(OPTIONS)
    expect(field).to_have_value("digits-2d")
    before = page.locator(".pad").bounding_box()
    field.click()
    expect(page.locator(f"{OPTIONS}[aria-selected=true]")).to_contain_text("digits, vae, 2 dimensions")
    page.wait_for_function(HAS_PICTURE, arg=options.first.element_handle())
    assert page.locator(".pad").bounding_box() == before
    assert grave_findings(page) == []
    screenshot(page, "picker")
    field.press_sequentially("no such model")
    expect(page.get_by_text("No model fits.")).to_be_visible()
    field.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("digits-2d")

    field.press("ArrowDown")
    field.press_sequentially("MNIST conv")
    expect(options).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("mnist-16d")
    expect(page).to_have_url(re.compile("model=mnist-16d"))
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    expect(field).to_have_value("mnist-16d")
    page.go_back()
    expect(page.get_by_role("heading", name="Explore", exact=True)).to_be_visible()
    expect(field).to_have_value("mnist-16d")
    page.reload()
    expect(field).to_have_value("mnist-16d")


def test_fingers_find_the_rows_of_a_phone(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(PHONE, 800)
    open_live(page, app_url)
    field = page.get_by_role("combobox", name="Model")
    field.click()
    option = page.locator(OPTIONS, has_text="mnist-ae-2d")
    box = option.bounding_box()
    assert box
    assert box["height"] >= 44
    assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE
    option.click()
    expect(field).to_have_value("mnist-ae-2d")
    expect(page).to_have_url(re.compile("model=mnist-ae-2d"))
