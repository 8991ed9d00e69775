"""Verdict, Surprise and Uncertainty of the Image page in a real browser, with the runs that ship and no data set."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.visitor import CAUGHT_UP, PAINTED, WIDTHS, drag_pad, look, upload, z_of
from tests.helpers import encoded, photo

pytestmark = pytest.mark.browser

RUN = "mnist-16d"


def open_tab(page: Page, url: str, tab: str, example: str = "mnist-7", run: str = RUN) -> None:
    """The page with an example on it and a tab open."""
    page.goto(f"{url}/image?model={run}&tab={tab}&image=example-{example}")
    expect(page.locator(".st-key-verdict")).to_contain_text("of held-out images")


def test_a_digit_is_typical_and_stands_in_each_distribution_and_noise_is_not(page: Page, app_url: str) -> None:
    open_tab(page, app_url, "Surprise")
    expect(page.locator(".st-key-verdict")).to_contain_text("Typical")
    strips = page.locator(".distribution")
    expect(strips).to_have_count(7)
    for i in range(7):
        expect(strips.nth(i)).to_have_attribute("aria-label", pattern())
        expect(strips.nth(i).locator("b")).to_be_visible()
    expect(page.get_by_text("Nalisnick et al. 2019")).to_be_visible()
    expect(page.get_by_alt_text("share of each pixel of mnist-7.png in the misfit")).to_be_visible()
    upload(page, "noise.png", encoded(photo(size=(28, 28))))
    expect(page.locator(".st-key-verdict")).to_contain_text("Very unusual: among the highest 1 %")
    expect(page.locator(".st-key-verdict")).to_contain_text("It differs")


def pattern() -> re.Pattern[str]:
    """What a strip says to those who do not see it."""
    return re.compile(r"^.+: (\d+(st|nd|rd|th) percentile|among the (low|high)est 1 %) of held-out images$")


def test_samples_follow_the_slider_and_all_of_it_is_saved(page: Page, app_url: str) -> None:
    open_tab(page, app_url, "Uncertainty")
    expect(page.locator(".pictures.samples img")).to_have_count(8)
    slider = page.get_by_role("slider", name="Samples")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".pictures.samples img")).to_have_count(12)
    z_score = page.get_by_alt_text("z-score of each pixel of mnist-7.png, from -3 to 3 standard deviations")
    expect(z_score).to_be_visible()
    expect(page.locator(".scale.diverging")).to_contain_text("≥ 3 sd")

    with page.expect_download() as told:
        page.get_by_role("button", name="Posterior as JSON").click()
    assert told.value.suggested_filename == "mnist-7-posterior.json"
    record = json.loads(Path(told.value.path()).read_text())
    assert len(record["mu"]) == len(record["sigma"]) == 16
    assert 0 <= record["scores"]["corrected"]["percentile"] <= 100
    with page.expect_download() as told:
        page.get_by_role("button", name="Picture as PNG").click()
    assert told.value.suggested_filename == "mnist-7-input.png"
    assert Path(told.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_live_decoder_drags_from_the_mean_and_the_link_stays(page: Page, app_url: str) -> None:
    open_tab(page, app_url, "Uncertainty")
    page.wait_for_function(PAINTED)
    page.wait_for_function(CAUGHT_UP)
    began = z_of(page)
    assert any(began)
    page.locator(".pad").scroll_into_view_if_needed()
    assert len(drag_pad(page, 10)) >= 5
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page) != began
    density = page.locator('[data-testid="stMetricValue"]').first
    expect(density).to_contain_text("%")
    assert "z=" not in page.url
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("tab", name="Uncertainty")).to_have_count(0)  # the decoder of the page before is gone
    page.wait_for_function(PAINTED)
    assert not any(z_of(page))


def test_looks(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    open_tab(page, app_url, "Surprise", "paper-3")
    for tab, content in {"Surprise": ".distribution", "Uncertainty": ".pictures.samples"}.items():
        page.get_by_role("tab", name=tab).click()
        expect(page.locator(content).first).to_be_visible()
        for width, scheme in WIDTHS:
            look(page, width, scheme)
            verdict = page.locator(".st-key-verdict").bounding_box()
            assert verdict
            assert verdict["y"] + verdict["height"] < 900, "the verdict is read without scrolling"
            screenshot(page, f"image-{tab.lower()}-{width}-{scheme}")
