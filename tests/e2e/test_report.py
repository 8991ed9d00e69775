"""A report is read in a browser from its file, without a server, a script or a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from explorer.cli.main import main
from tests.e2e.visitor import PHONE

pytestmark = pytest.mark.browser
LOADED = "[...document.images].every((image) => image.complete && image.naturalWidth > 0)"
WIDE = "document.documentElement.scrollWidth > window.innerWidth"


@pytest.mark.usefixtures("runs_root", "data_root")
def test_a_report_is_whole(browser: Browser, tmp_path: Path, screenshot: Callable[[Page, str], None]) -> None:
    target = tmp_path / "report.html"
    assert main(["report", "digits-2d", "--html", str(target)]) == 0
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    page.context.set_offline(True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    page.goto(target.as_uri())
    assert page.evaluate("document.images.length") > 5
    assert page.evaluate(LOADED)
    for width in (1280, 800, PHONE):
        page.set_viewport_size({"width": width, "height": 800})
        assert not page.evaluate(WIDE), width
        screenshot(page, f"report-{width}-dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 27)"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    page.close()
    assert said == []
