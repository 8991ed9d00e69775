"""Nothing serious or critical is found by axe-core on any page, in light and in dark."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import grave_findings
from tests.e2e.conftest import GREETED
from tests.e2e.visitor import PAGES, PHONE, at_rest, look

pytestmark = pytest.mark.browser

ALL_PAGES = PAGES | {"/diagnose?model=shapes-tcvae-10d": ".traversals"}


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page(path: str, page: Page, app_url: str) -> None:
    page.goto(app_url + path)
    expect(page.locator(ALL_PAGES[path]).first).to_be_visible()
    at_rest(page)
    assert findings(page) == {}


def test_the_sources_and_the_tabs_of_an_image(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/image?model=digits-2d")
    expect(page.locator(".pictures img").first).to_be_visible()
    found = {}
    for source in ("Draw", "Examples", "Test images"):
        page.get_by_role("radio", name=source).click()
        expect(page.locator(".st-key-image-source-open")).to_be_visible()
        at_rest(page)
        found[source] = findings(page)
    for tab in page.get_by_role("tab").all():
        tab.click()
        at_rest(page)
        found[tab.inner_text()] = findings(page)
    assert len(found) >= 10
    assert {name: grave for name, grave in found.items() if grave} == {}


def findings(page: Page) -> dict[str, list[str]]:
    """What is grave in light and in dark; nothing of a scheme in which all is well."""
    found = {}
    for scheme in ("dark", "light"):
        look(page, 1280, scheme)
        found[scheme] = grave_findings(page)
    return {scheme: grave for scheme, grave in found.items() if grave}


def test_the_first_key_skips_the_navigation(page: Page, app_url: str) -> None:
    page.goto(app_url + "/map?model=digits-2d")
    at_rest(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("[data-testid=stMain] :focus")).to_be_visible()


def test_the_styles_are_there_before_the_first_widget(page: Page, app_url: str) -> None:
    page.goto(app_url + "/models", wait_until="domcontentloaded")
    caption = page.locator('[data-testid="stCaptionContainer"]').first
    assert caption.evaluate("(element) => getComputedStyle(element).opacity") == "0.78"


# Buttons and fields that are smaller than a finger; of a box the words beside it belong to it.
SMALL = """() => [...document.querySelectorAll("button, select, summary, input, [role=tab]")]
    .filter((one) => one.checkVisibility({ checkVisibilityCSS: true }))
    .filter((one) => !one.closest("[inert], [data-testid=stSidebar], .traversal"))
    .filter((one) => !one.closest("[data-testid=stMultiSelectTagsContainer], [data-testid=stSlider]"))
    .map((one) => [one, ((one.matches("input") && one.closest("label")) || one).getBoundingClientRect()])
    .filter(([, { width, height }]) => width > 0 && height > 0 && (width < 43.5 || height < 43.5))
    .map(([one, { width, height }]) => `${one.ariaLabel || one.innerText || one.className}: ${width} x ${height}`)"""


def test_a_finger_finds_everything_on_a_phone_and_the_map_comes_first(browser: Browser, app_url: str) -> None:
    phone = browser.new_context(viewport={"width": PHONE, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.add_init_script(GREETED)
    found = {}
    for path in ("/map?model=digits-2d", "/?model=digits-2d", "/image?model=digits-2d&image=test-3", "/models"):
        page.goto(app_url + path)
        expect(page.locator(PAGES[path.replace("&image=test-3", "")]).first).to_be_visible()
        at_rest(page)
        found[path] = page.evaluate(SMALL)
        if path.startswith("/map"):
            expect(page.get_by_role("combobox", name="Projection")).to_be_hidden()
            page.get_by_text("Map settings").click()
            expect(page.get_by_role("combobox", name="Projection")).to_be_visible()
            found["settings"] = page.evaluate(SMALL)
    phone.close()
    assert {path: small for path, small in found.items() if small} == {}
