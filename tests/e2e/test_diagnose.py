"""The Diagnose page in a real browser: from nothing measured to a verdict."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from explorer.measures.jobs import measure_progress, measure_task
from explorer.measures.registry import MEASURES
from explorer.measures.run_measures import kept_measures
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS
from tests.helpers import wait_for

pytestmark = pytest.mark.browser

MEASURING_S = 200


@pytest.fixture(scope="module")
def address(server: Server, trained_path: Path) -> str:
    """The page's own address, with a run of the server's own."""
    shutil.copytree(trained_path, server.folder / "runs" / "measured")
    return f"{server.url}/diagnose?model=measured"


def assert_all_measured(run: Run) -> None:
    """That its process took every measure, the absent ones with a reason, and left nothing else behind."""
    loaded = load_run(run)
    found = kept_measures(loaded)
    assert found.keys() == MEASURES.keys()
    absent = ["ssim-inner", "class-accuracy", *(name for name, spec in MEASURES.items() if "factors" in spec.needs)]
    assert [name for name, one in found.items() if one.absent] == absent
    assert measure_progress(loaded) is None
    assert not measure_task(loaded).path.exists()


def test_one_click_measures_and_the_result_stays(
    page: Page,
    address: str,
    server: Server,
    new_page: Callable[..., Page],
    screenshot: Callable[[Page, str], None],
) -> None:
    page.goto(address)
    button = page.get_by_role("button", name="Measure this model")
    expect(button).to_be_visible()
    screenshot(page, "diagnose-empty")
    button.click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    screenshot(page, "diagnose-progress")
    table = page.locator("table.measures")
    expect(table).to_be_visible(timeout=1000 * MEASURING_S)
    expect(table.locator("tr", has_text="NLL")).to_contain_text("nats")
    run = Run(server.folder / "runs" / "measured")
    wait_for(lambda: measure_progress(load_run(run)) is None, MEASURING_S)
    expect(button).to_have_count(0)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert_all_measured(run)
    for width, scheme in WIDTHS:
        again = new_page(width, 800, scheme)
        again.goto(address)
        expect(again.locator(".js-plotly-plot .gtitle")).to_have_count(2)
        expect(again.locator("table.measures")).to_be_visible()
        screenshot(again, f"diagnose-{width}-{scheme}")
    page.get_by_text("How each is taken and read").click()
    expect(page.get_by_text("A lower bound of log p(x)")).to_be_visible()
