"""The pages in Chinese: no English sentence is left, and nothing overflows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import GREETED
from tests.e2e.serving import WAIT_MS
from tests.e2e.visitor import PAGES, PHONE, at_rest, resize

pytestmark = pytest.mark.browser

# Texts with four English words in a row; what is seen alone.
ENGLISH = """() => {
    const found = [];
    const texts = document.createTreeWalker(document.querySelector(".stApp"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { data, parentElement } = texts.currentNode;
        const seen = parentElement.checkVisibility() && !parentElement.closest("style, script, code, [class*=icon]");
        if (seen && /[A-Za-z]{2,}( [a-z]{2,}){3}/.test(data)) found.push(data.trim());
    }
    return found;
}"""
# Labels that are wider than their place.
CUT = """() => [...document.querySelectorAll("button, label, h1, h2, h3, [role=tab], summary")]
    .filter((one) => one.checkVisibility() && one.clientWidth > 40 && one.scrollWidth > one.clientWidth + 2)
    .filter((one) => !one.closest("[data-testid=stSidebar]"))
    .map((one) => one.innerText)"""


@pytest.fixture(scope="module")
def chinese(browser: Browser) -> Iterator[Page]:
    """A page of a browser whose language is Chinese."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.add_init_script(GREETED)
    yield page
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_chinese_and_nothing_overflows(path: str, chinese: Page, app_url: str) -> None:
    chinese.goto(app_url + path)
    expect(chinese.locator(PAGES[path]).first).to_be_visible()
    at_rest(chinese)
    expect(chinese.locator("html")).to_have_attribute("lang", "zh-CN")
    assert set(chinese.evaluate(ENGLISH)) <= {"Skip to main content"}  # Streamlit's own
    for width in (1280, PHONE):
        resize(chinese, width)
        assert chinese.evaluate(CUT) == [], width


def test_a_visitor_chooses_the_language(chinese: Page, app_url: str) -> None:
    chinese.goto(f"{app_url}/map?model=digits-2d")
    expect(chinese.get_by_role("heading", level=1)).to_have_text("地图")
    chinese.get_by_role("button", name="English").click()
    expect(chinese.get_by_role("heading", level=1)).to_have_text("Map")
    chinese.reload()
    expect(chinese.get_by_role("heading", level=1)).to_have_text("Map")
    expect(chinese.get_by_role("button", name="lasso")).to_be_visible()
