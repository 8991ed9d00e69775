"""A visitor who leaves a page while it is still at work: the next page is whole."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer.base.runtime_settings import PROJECT
from tests.e2e.serving import Server
from tests.e2e.visitor import LIVE, drag_over, open_live

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOWS = {  # what a page shows once it is whole
    "Explore": LIVE,
    "Map": ".map-stage",
    "Image": '[data-testid="stFileUploader"]',
    "Diagnose": "table.measures",
    "Compare": ".compare-table",
    "Train": "button:has-text('Start')",
}
TRAIN = ["train", "--model", "vae", "--dataset", "digits", "--epochs", "100000", "--name", "long"]
SWITCHES = 40


@pytest.fixture
def training(server: Server) -> Iterator[None]:
    """A training that does not end by itself: it keeps a core busy, and its page looks again each second."""
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", *TRAIN],
        cwd=PROJECT, env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield
    process.kill()
    process.wait()


def hand_on(page: Page, at: str, chance: random.Random) -> None:
    """Do something on the page that sends a request when the hand lets go."""
    stage = page.locator(".pad" if at == "Explore" else ".map-stage")
    if at in ("Explore", "Map"):
        drag_over(page, stage, *((chance.uniform(0.2, 0.8), chance.uniform(0.2, 0.8)) for _ in range(2)))


def link(page: Page, name: str) -> Locator:
    """A page's entry in the navigation."""
    return page.get_by_test_id("stTopNavLinkContainer").get_by_role("link", name=name)


def switch_pages(page: Page, url: str, times: int, seed: int) -> None:
    """Go from page to page, each time a moment after a touch, before or after the page is whole."""
    chance = random.Random(seed)
    open_live(page, url)
    at = "Explore"
    for _ in range(times):
        if chance.random() < 0.7:
            expect(page.locator(SHOWS[at]).first).to_be_visible()
            hand_on(page, at, chance)
        page.wait_for_timeout(chance.choice([0, 0, 20, 100, 400, 1200]))
        at = chance.choice([name for name in SHOWS if name != at])
        link(page, at).click()
        expect(page.get_by_role("heading", name=at, exact=True)).to_be_visible()
    expect(page.locator(SHOWS[at]).first).to_be_visible()


def test_no_page_stays_blank(page: Page, app_url: str) -> None:
    switch_pages(page, app_url, SWITCHES, seed=1)


@pytest.mark.usefixtures("training")
def test_no_page_stays_blank_while_a_training_runs(page: Page, app_url: str) -> None:
    switch_pages(page, app_url, SWITCHES, seed=2)
