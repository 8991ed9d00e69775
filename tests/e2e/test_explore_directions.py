"""The Explore page of a model with 64 dimensions, in a real browser: the hand moves z along principal directions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from explorer.inference.latent_space.latent_directions import Directions, principal_directions
from explorer.inference.latents import latents_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.serving import Server
from tests.e2e.visitor import CAUGHT_UP, LIVE, PHONE, WIDTHS, drag_pad, open_live, resize, z_of
from tests.helpers import trained_in

pytestmark = pytest.mark.browser

K = 64
ROUNDED = 1.1e-4  # z is told to four decimals, before and after


@pytest.fixture(scope="module")
def wide(server: Server) -> Run:
    """A run of 64 dimensions among the server's."""
    return trained_in(server.folder / "runs", "wide", latent=K, hidden=(128,), epochs=2)


@pytest.fixture
def directions(wide: Run) -> Directions:
    """Those of the run's posterior means."""
    return principal_directions(latents_of(load_run(wide)).mu)


def settled(page: Page) -> NDArray[np.float64]:
    """z, once its image is painted."""
    page.wait_for_function(CAUGHT_UP)
    return np.array(z_of(page))


def drag_slider(page: Page, slider: Locator) -> None:
    """Take a slider in the middle and move it to three quarters, to a quarter and back to two thirds."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for share in np.concatenate([np.linspace(0.5, 0.75, 8), np.linspace(0.75, 0.25, 16), np.linspace(0.25, 0.66, 8)]):
        page.mouse.move(box["x"] + box["width"] * share, y)
    page.mouse.up()


def test_a_slider_moves_z_along_its_direction_alone(page: Page, app_url: str, directions: Directions) -> None:
    open_live(page, app_url, "/?model=wide")
    page.locator(".random").click()  # most of z lies outside of the directions
    before = settled(page)
    row = page.locator(".slider-row[data-dim='2']")
    drag_slider(page, row.locator(".track input"))
    step = settled(page) - before
    along = step @ directions.basis[2]
    assert abs(along) > 0.3
    np.testing.assert_allclose(step, along * directions.basis[2], atol=ROUNDED)
    shown = float(row.locator(".value").input_value())
    assert directions.coordinates(np.array(z_of(page)))[2] == pytest.approx(shown, abs=0.006)
    assert f"({100 * directions.explained[0]:.0f} %)" in page.locator(".slider-row[data-dim='0'] .dim").inner_text()


def test_the_pad_moves_z_in_the_plane_of_the_first_two(page: Page, app_url: str, directions: Directions) -> None:
    open_live(page, app_url, "/?model=wide")
    page.locator(".random").click()
    before = settled(page)
    assert len(drag_pad(page, 12)) >= 6
    step = settled(page) - before
    in_plane = directions.basis[:2].T @ (directions.basis[:2] @ step)
    assert np.linalg.norm(step) > 0.3
    np.testing.assert_allclose(step, in_plane, atol=ROUNDED)


def test_a_locked_direction_keeps_its_coordinate(page: Page, app_url: str, directions: Directions) -> None:
    open_live(page, app_url, "/?model=wide")
    page.locator(".random").click()
    before = settled(page)
    page.locator(".slider-row[data-dim='1'] .lock").click()
    page.locator(".random").click()
    page.wait_for_function(f"(z) => document.querySelector('{LIVE}').dataset.targetZ !== z",
                           arg=",".join(f"{value:.4f}" for value in before))  # fmt: skip
    after = settled(page)
    change = directions.coordinates(after) - directions.coordinates(before)
    assert change[1] == pytest.approx(0, abs=1e-3)
    assert np.abs(change[[0, 2, 3]]).max() > 0.1


def test_dimensions_are_one_switch_away_and_each_has_a_slider(page: Page, app_url: str, wide: Run) -> None:
    open_live(page, app_url, "/?model=wide")
    rows = page.locator(f"{LIVE} .slider-row[data-dim]")
    expect(rows).to_have_count(32)
    page.get_by_role("button", name="dimensions").click()
    expect(page.locator(".basis [aria-pressed='true']")).to_have_text("dimensions")
    expect(page.locator(f"{LIVE} .further")).to_be_visible()
    expect(rows).to_have_count(32)
    last = str(latents_of(load_run(wide)).order()[-1])
    page.locator(".further").select_option(last)
    expect(rows).to_have_count(33)
    value = page.locator(f".slider-row[data-dim='{last}'] .value")
    value.fill("1.5")
    value.press("Enter")
    page.wait_for_function(CAUGHT_UP)
    assert [i for i, number in enumerate(z_of(page)) if number] == [int(last)]
    page.get_by_role("button", name="directions").click()
    expect(page.locator(".slider-row[data-dim='0'] .dim")).to_contain_text("direction 1")


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_looks(
    new_page: Callable[..., Page],
    app_url: str,
    wide: Run,
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = new_page(width, 900, scheme)
    open_live(page, app_url, f"/?model={wide.name}")
    page.locator(".random").click()
    page.wait_for_function(CAUGHT_UP)
    name = page.locator(".slider-row[data-dim='9'] .dim")
    for shown in (width, PHONE):
        resize(page, shown)
        assert name.evaluate("(element) => element.scrollWidth <= element.clientWidth")
        page.locator(".basis").scroll_into_view_if_needed()
        screenshot(page, f"explore-directions-{shown}-{scheme}")
