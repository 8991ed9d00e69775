"""A visitor who leaves a page while it is still at work: the next page is whole."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import PROJECT
from tests.e2e.serving import Server
from tests.e2e.visitor import LIVE, drag_over, open_live

pytestmark = [pytest.mark.browser, pytest.mark.own_server, pytest.mark.slow]

SHOWS = {  # what a page shows once it is whole
    "Explore": LIVE,
    "Map": ".map-stage",
    "Image": '[data-testid="stFileUploader"]',
    "Diagnose": "table.measures",
    "Compare": ".compare-table",
    "Models": "button:has-text('Start')",
}
TRAIN = ["train", "--model", "vae", "--dataset", "digits", "--epochs", "100000", "--out", "long"]
SWITCHES = 20
# A click without the waiting for a page at rest that comes with a tool's click.
CLICK = """(name) => [...document.querySelectorAll("[data-testid=stTopNavLinkContainer] a")]
    .find((link) => link.textContent.includes(name)).click()"""


@pytest.fixture
def training(server: Server) -> Iterator[None]:
    """A training that does not end by itself: it keeps a core busy, and its page looks again each second."""
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", *TRAIN],
        cwd=PROJECT, env=server.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield
    assert process.poll() is None, "it ended"
    process.kill()
    process.wait()


def hand_on(page: Page, at: str, chance: random.Random) -> None:
    """Do something on the page that sends a request when the hand lets go."""
    stage = page.locator(".pad" if at == "Explore" else ".map-stage")
    if at in ("Explore", "Map"):
        drag_over(page, stage, *((chance.uniform(0.2, 0.8), chance.uniform(0.2, 0.8)) for _ in range(2)))


def switch_pages(page: Page, url: str, times: int, seed: int) -> None:
    """Touch a page, and leave it at once or a moment later; half of the pages are left before they are whole."""
    chance = random.Random(seed)
    open_live(page, url)
    at = "Explore"
    for _ in range(times):
        if chance.random() < 0.5:
            expect(page.locator(SHOWS[at]).first).to_be_visible()
            hand_on(page, at, chance)
        page.wait_for_timeout(chance.choice([0, 0, 0, 10, 50, 100, 300, 1100]))
        at = chance.choice([name for name in SHOWS if name != at])
        page.evaluate(CLICK, at)
    expect(page.get_by_role("heading", name=at, exact=True)).to_be_visible()
    expect(page.locator(SHOWS[at]).first).to_be_visible()


def test_no_page_stays_blank(page: Page, app_url: str) -> None:
    switch_pages(page, app_url, SWITCHES, seed=1)


@pytest.mark.usefixtures("training")
def test_no_page_stays_blank_while_a_training_runs(page: Page, app_url: str) -> None:
    switch_pages(page, app_url, SWITCHES, seed=2)
