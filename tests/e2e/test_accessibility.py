"""Nothing serious or critical is found by axe-core on any page, in light and in dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.accessibility import grave_findings
from tests.e2e.visitor import LIVE, at_rest

pytestmark = pytest.mark.browser

PAGES = {
    "/?model=digits-2d": f"{LIVE}[data-z]",
    "/map?model=digits-2d": ".latent-map[data-method]",
    "/image?model=digits-2d": "[data-testid=stFileUploader]",
    "/diagnose?model=digits-2d": "h2",
    "/diagnose?model=shapes-tcvae-10d": ".traversals",
    "/compare?compare=digits-2d&compare=mnist-2d": ".compare-table",
    "/models": ".stDataFrame canvas",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page(path: str, scheme: str, new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(scheme=scheme)
    page.goto(app_url + path)
    expect(page.locator(PAGES[path]).first).to_be_visible()
    at_rest(page)
    assert grave_findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_tabs_of_an_image(scheme: str, new_page: Callable[..., Page], app_url: str) -> None:
    page = new_page(scheme=scheme)
    page.goto(f"{app_url}/image?model=digits-2d&image=test-3")
    expect(page.locator(".pictures img").first).to_be_visible()
    found = {}
    for tab in page.get_by_role("tab").all():
        tab.click()
        at_rest(page)
        found[tab.inner_text()] = grave_findings(page)
    assert len(found) >= 7
    assert {name: grave for name, grave in found.items() if grave} == {}
