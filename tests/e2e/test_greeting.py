"""The first page of a tab moves by itself until it is touched."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import CAUGHT_UP, LIVE, PAINTED

pytestmark = pytest.mark.browser

MOVING = f"""() => {{
    const root = document.querySelector('{LIVE}');
    window.seen ??= new Set();
    if (root?.dataset.z) window.seen.add(root.dataset.z);
    return window.seen.size > 5;
}}"""


def test_it_walks_until_it_is_touched_and_once_a_tab(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(greeted=False)
    page.goto(f"{app_url}/?model=digits-2d")
    page.wait_for_function(MOVING)
    expect(page.locator(".pad-hint")).to_be_visible()
    page.locator(".pad").click(position={"x": 60, "y": 60})
    expect(page.locator(".pad-hint")).to_be_hidden()
    expect(page.locator(".play")).to_have_attribute("aria-label", "play")
    page.wait_for_function("() => location.search.includes('z=')")
    page.wait_for_function(CAUGHT_UP)
    page.goto(f"{app_url}/?model=digits-2d")
    page.wait_for_function(PAINTED)
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    expect(page.locator(".pad-hint")).to_be_hidden()
    assert page.locator(LIVE).get_attribute("data-z") == "0.0000,0.0000"


def test_a_link_to_a_point_stays_there(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(greeted=False)
    page.goto(f"{app_url}/?model=digits-2d&z=0.5000,-1.0000")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    page.wait_for_function(CAUGHT_UP)
    expect(page.locator(LIVE)).to_have_attribute("data-z", "0.5000,-1.0000")
    expect(page.locator(".pad-hint")).to_be_hidden()


def test_who_asks_for_less_motion_gets_none(new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(greeted=False)
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{app_url}/?model=digits-2d")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    page.wait_for_function(CAUGHT_UP)
    expect(page.locator(LIVE)).to_have_attribute("data-z", "0.0000,0.0000")
