"""Train in a real browser, with real training processes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from explorer.runs.run import Run
from explorer.training import queue
from tests.e2e.serving import WAIT_MS, Server

pytestmark = [pytest.mark.browser, pytest.mark.own_server]

LONG = 2000  # epochs; nobody waits for them


@pytest.fixture(autouse=True)
def no_training_left(server: Server) -> Iterator[None]:
    """Stops what a failed test would leave behind."""
    yield
    for path in (server.folder / "runs").glob("*/status.json"):
        run = Run(path.parent)
        if run.status().state in ("queued", "running"):
            queue.stop(run)


def start(page: Page, app_url: str, epochs: int) -> str:
    """Train digits for so many epochs; the name of the run that the link then carries."""
    page.goto(f"{app_url}/models")
    box = page.get_by_role("spinbutton", name="Epochs")
    box.fill(str(epochs))
    box.press("Enter")
    expect(page.get_by_role("combobox", name="Preset")).to_have_value("Custom")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page).to_have_url(re.compile(r"[?&]run="), timeout=WAIT_MS)
    return page.url.split("run=")[1].split("&")[0]


def test_train_digits_then_explore(page: Page, app_url: str, screenshot: Callable[[Page, str], None]) -> None:
    name = start(page, app_url, 2)
    expect(page.get_by_alt_text(re.compile("^decoded after epoch 2"))).to_have_count(16, timeout=WAIT_MS)
    explore = page.get_by_role("button", name="Explore this model")
    expect(explore).to_be_enabled(timeout=WAIT_MS)
    expect(page.get_by_text(re.compile("^Finished: 2 epochs in "))).to_be_visible()
    expect(page.locator(".js-plotly-plot .scatterlayer .trace")).to_have_count(
        7
    )  # three times train and test, and active units
    screenshot(page, "train-finished")
    download = page.get_by_role("button", name="GIF")
    with page.expect_download() as film:
        download.click()
    assert film.value.path().read_bytes().startswith(b"GIF89a")
    explore.click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible(timeout=WAIT_MS)
    expect(page.get_by_role("combobox", name="Model")).to_have_value(name)


def test_a_training_survives_a_reload_and_can_be_stopped(
    page: Page, new_page: Callable[..., Page], app_url: str, screenshot: Callable[[Page, str], None]
) -> None:
    name = start(page, app_url, LONG)
    progress = page.get_by_text(re.compile(rf"^Epoch \d+ of {LONG}, .+ left, .+ images/s"))
    expect(progress).to_be_visible(timeout=WAIT_MS)
    page.reload()
    expect(page.locator("strong", has_text=name)).to_be_visible(timeout=WAIT_MS)
    before = progress.inner_text(timeout=WAIT_MS)
    expect(progress).not_to_have_text(before, timeout=WAIT_MS)  # it goes on by itself
    screenshot(page, "train-running")

    other = new_page()  # another visitor, without the link
    other.goto(f"{app_url}/models")
    other.get_by_role("button", name=name).click()
    other.get_by_role("button", name="Stop", exact=True).click()
    stopped = re.compile(rf"^Stopped after \d+ of {LONG} epochs")
    for visitor in (page, other):
        expect(visitor.get_by_text(stopped)).to_be_visible(timeout=WAIT_MS)
        expect(visitor.get_by_role("button", name="Explore this model")).to_be_enabled()

    done = int(re.findall(r"\d+", page.get_by_text(stopped).inner_text())[0])
    page.get_by_role("button", name="Resume").click()
    expect(progress).to_be_visible(timeout=WAIT_MS)
    assert int(re.findall(r"\d+", progress.inner_text())[0]) > done  # it goes on where it was
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text(re.compile(rf"^Paused after \d+ of {LONG} epochs"))).to_be_visible(timeout=WAIT_MS)
    screenshot(page, "train-paused")
    page.get_by_role("button", name="Explore this model").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(name, timeout=WAIT_MS)


def test_a_second_training_waits_and_then_starts(
    page: Page, app_url: str, server: Server, screenshot: Callable[[Page, str], None]
) -> None:
    first = start(page, app_url, LONG)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled(timeout=WAIT_MS)
    page.get_by_text("New training").click()
    page.get_by_role("spinbutton", name="Latent size").fill("3")
    page.get_by_role("spinbutton", name="Latent size").press("Enter")
    page.get_by_role("spinbutton", name="Epochs").fill("2")
    page.get_by_role("spinbutton", name="Epochs").press("Enter")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("Waiting for the training before it")).to_be_visible(timeout=WAIT_MS)
    screenshot(page, "train-waiting")
    page.get_by_role("button", name=first).click()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text(re.compile("^Stopped after"))).to_be_visible(timeout=WAIT_MS)
    second = next(path for path in (server.folder / "runs").glob("*-z3-*"))
    page.goto(f"{app_url}/train?run={second.name}")
    expect(page.get_by_text(re.compile("^Finished: 2 epochs"))).to_be_visible(timeout=WAIT_MS)


def test_a_bad_value_is_a_sentence(page: Page, app_url: str, server: Server) -> None:
    page.goto(f"{app_url}/models")
    box = page.get_by_role("spinbutton", name="Latent size")
    box.fill("100")
    box.press("Enter")
    before = list((server.folder / "runs").glob("*"))
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_text("it must lie between 1 and 64")).to_be_visible(timeout=WAIT_MS)
    assert list((server.folder / "runs").glob("*")) == before
