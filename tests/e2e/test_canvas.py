"""The canvas in a real browser: strokes of the pointer and of keys, and what Python gets of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, drag_over

pytestmark = pytest.mark.browser

APP = "tests/e2e/canvas_app.py"


@pytest.fixture(scope="module")
def canvases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page of two canvases."""
    folder = tmp_path_factory.mktemp("canvases")
    own = Server(folder, ("-m", "streamlit", "run", APP), PYTHONPATH=".")
    own.start()
    yield own.url
    own.stop()
    assert "Traceback" not in own.faults(), own.log()


@pytest.fixture
def opened(page: Page, canvases: str) -> Page:
    """The page with both of them ready."""
    page.goto(canvases)
    expect(at(page, "draw").locator(".note")).to_have_text("draw here")
    expect(at(page, "mask").locator(".note")).to_have_text("nothing hidden yet")
    return page


def at(page: Page, mode: str) -> Locator:
    """One of the two canvases."""
    return page.locator(f'[data-testid="canvas"][data-mode="{mode}"]')


def got(page: Page, which: int, different: str = "") -> Any:
    """What Python got of a canvas, once it is something other than ``different``."""
    code = page.locator("code").nth(which)
    expect(code).not_to_have_text(re.compile(f"^({re.escape(different)})?$"))
    text = code.inner_text()
    return None if text == "nothing" else json.loads(text)


def painted(canvas: Locator) -> int:
    """The cells that are painted."""
    return int(canvas.get_attribute("data-painted") or 0)


def test_a_stroke_is_ink_undone_and_cleared(opened: Page) -> None:
    paper, stage = at(opened, "draw"), at(opened, "draw").locator(".stage")
    assert got(opened, 0) is None
    drag_over(opened, stage, (0.5, 0.2), (0.5, 0.8))
    shape, one, kind = got(opened, 0, "nothing")
    assert (shape, kind) == ([280, 280], "uint8")
    assert one == pytest.approx(168 * 20 + 3.14 * 100, rel=0.05), "168 long, 20 wide, round ends"
    drag_over(opened, stage, (0.1, 0.5), (0.9, 0.5))
    _, two, _ = got(opened, 0, json.dumps([shape, one, kind]))
    assert two > 1.8 * one
    paper.get_by_role("button", name="undo").click()
    expect(opened.locator("code").nth(0)).to_have_text(json.dumps([shape, one, kind]))
    paper.get_by_role("button", name="clear").click()
    expect(opened.locator("code").nth(0)).to_have_text("nothing")
    expect(paper).to_have_attribute("data-painted", "0")
    stage.press("u")
    expect(opened.locator("code").nth(0)).to_have_text(json.dumps([shape, one, kind]))


def test_strokes_are_smooth_wide_and_erased(opened: Page) -> None:
    paper, stage = at(opened, "draw"), at(opened, "draw").locator(".stage")
    width = paper.get_by_role("slider", name="width of the brush")
    width.fill("40")
    drag_over(opened, stage, (0.2, 0.5), (0.8, 0.5))
    shape, thick, kind = got(opened, 0, "nothing")
    assert thick == pytest.approx(168 * 40 + 3.14 * 400, rel=0.05)
    paper.get_by_role("button", name="eraser").click()
    drag_over(opened, stage, (0.5, 0.2), (0.5, 0.8))
    _, rest, _ = got(opened, 0, json.dumps([shape, thick, kind]))
    assert thick - rest == pytest.approx(40 * 40, rel=0.1)


def test_a_box_hides_what_it_encloses(opened: Page) -> None:
    canvas, stage = at(opened, "mask"), at(opened, "mask").locator(".stage")
    canvas.get_by_role("button", name="box").click()
    drag_over(opened, stage, (4.5 / 28, 3.5 / 14), (9.5 / 28, 7.5 / 14))
    mask = got(opened, 1, "nothing")
    hidden = {(row, column) for row in range(14) for column in range(28) if mask[row][column]}
    assert hidden == {(row, column) for row in range(3, 8) for column in range(4, 10)}
    expect(canvas.locator(".note")).to_have_text("8 % hidden")
    assert painted(canvas) == 30


def test_the_finest_brush_hides_one_pixel_and_the_eraser_shows_it(opened: Page) -> None:
    canvas, stage = at(opened, "mask"), at(opened, "mask").locator(".stage")
    canvas.get_by_role("slider", name="width of the brush").fill("1")
    drag_over(opened, stage, (20.9 / 28, 2.1 / 14))
    mask = got(opened, 1, "nothing")
    assert sum(map(sum, mask)) == 1
    assert mask[2][20] == 1
    canvas.get_by_role("button", name="eraser").click()
    drag_over(opened, stage, (20.5 / 28, 2.5 / 14))
    expect(opened.locator("code").nth(1)).to_have_text("nothing")


def test_keys_reach_everything(opened: Page) -> None:
    canvas, stage = at(opened, "mask"), at(opened, "mask").locator(".stage")
    canvas.get_by_role("button", name="box").focus()
    opened.keyboard.press("Enter")
    stage.focus()
    for _ in range(3):
        opened.keyboard.press("ArrowLeft")  # from the middle, row 7 and column 14
    opened.keyboard.press("Space")
    opened.keyboard.press("Shift+ArrowRight")
    opened.keyboard.press("ArrowDown")
    expect(canvas).to_have_attribute("data-painted", "10")
    opened.keyboard.press("Escape")
    expect(canvas).to_have_attribute("data-painted", "0")
    opened.keyboard.press("Enter")
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("Enter")
    mask = got(opened, 1, "nothing")
    assert [(row, column) for row in range(14) for column in range(28) if mask[row][column]] == [(7, 15), (8, 15)]
    opened.keyboard.press("u")
    expect(opened.locator("code").nth(1)).to_have_text("nothing")


def test_space_held_draws_a_line(opened: Page) -> None:
    stage = at(opened, "draw").locator(".stage")
    stage.focus()
    opened.keyboard.down("Space")
    for _ in range(8):
        opened.keyboard.press("ArrowRight")
    opened.keyboard.up("Space")
    _, ink, _ = got(opened, 0, "nothing")
    assert ink == pytest.approx(40 * 20 + 3.14 * 100, rel=0.1)
    assert stage.evaluate("(stage) => getComputedStyle(stage).outlineStyle") == "solid"


def test_a_preset_replaces_and_what_is_painted_outlives_the_canvas(opened: Page) -> None:
    canvas, stage = at(opened, "mask"), at(opened, "mask").locator(".stage")
    opened.get_by_role("button", name="Lower half").click()
    expect(canvas).to_have_attribute("data-painted", str(7 * 28))
    canvas.get_by_role("button", name="box").click()
    drag_over(opened, stage, (0.5 / 28, 0.5 / 14), (27.5 / 28, 0.5 / 14))
    expect(canvas).to_have_attribute("data-painted", str(8 * 28))
    both = [[1] * 28, *[[0] * 28] * 6, *[[1] * 28] * 7]  # the row on top and the preset's
    expect(opened.locator("code").nth(1)).to_have_text(json.dumps(both))
    opened.get_by_text("Show the mask").click()
    expect(canvas).to_have_count(0)
    opened.get_by_text("Show the mask").click()
    expect(canvas).to_have_attribute("data-painted", str(8 * 28))
    opened.get_by_role("button", name="Lower half").click()
    expect(canvas).to_have_attribute("data-painted", str(7 * 28))


def test_a_finger_draws(canvases: str, browser: Any) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 800, "height": 800})
    page = context.new_page()
    page.goto(canvases)
    stage = at(page, "draw").locator(".stage")
    box = stage.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    _, ink, _ = got(page, 0, "nothing")
    assert ink == pytest.approx(3.14 * 100, rel=0.15)
    assert stage.evaluate("(stage) => getComputedStyle(stage).touchAction") == "none"
    context.close()


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_looks(
    new_page: Callable[..., Page],
    canvases: str,
    width: int,
    scheme: str,
    screenshot: Callable[[Page, str], None],
) -> None:
    page = new_page(width, 800, scheme)
    page.goto(canvases)
    drag_over(page, at(page, "draw").locator(".stage"), (0.3, 0.2), (0.7, 0.25), (0.4, 0.5), (0.7, 0.7), (0.3, 0.8))
    got(page, 0, "nothing")
    drag_over(page, at(page, "mask").locator(".stage"), (0.2, 0.2), (0.7, 0.8))
    got(page, 1, "nothing")
    screenshot(page, f"canvas-{width}-{scheme}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
