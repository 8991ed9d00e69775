"""The manifold under the pad is there whoever decodes it, also when the browser can no longer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import CAUGHT_UP, LIVE, PAINTED, at_rest, open_live

pytestmark = pytest.mark.browser

MANIFOLD = """() => {
    const canvas = document.querySelector('.pad-back');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(data).size > 20;
}"""


def test_the_server_draws_it_again_where_the_browser_no_longer_can(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    page.locator(f"{LIVE} .random").click()
    page.wait_for_function("() => location.search.includes('z=')")
    at_rest(page)
    page.wait_for_function(MANIFOLD)
    page.get_by_role("link", name="Map").click()
    expect(page.locator(".latent-map[data-method]")).to_be_visible()
    page.route("**/decoders/**", lambda route: route.fulfill(status=422, body="It cannot be sent."))
    page.get_by_role("link", name="Explore").click()
    page.wait_for_function(PAINTED)
    page.wait_for_function("() => document.querySelector('.rate').title.includes('cannot be sent')")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "websocket")
    page.wait_for_function(CAUGHT_UP)
    page.wait_for_function(MANIFOLD)
