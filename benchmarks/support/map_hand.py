"""A hand on the map in a real browser: opens, hovers, clicks, pans, and measures up to the frame after what it sees.

Milliseconds run from the input event (or the navigation, or the first request of data) to the animation frame that
follows the one in which the answer was shown, so that painting counts.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page

MAP = '[data-testid="latent-map"]'
STAGE = ".map-stage"
STOCK = ".js-plotly-plot"
STILL_MS = 300  # between two clicks, so that one does not pay for the other

WATCH = (Path(__file__).parent / "map_watch.js").read_text()
ASKED = """() => performance.getEntriesByType('resource')
  .filter(({ name }) => name.includes('/map-data/')).map(({ startTime }) => startTime).sort((a, b) => a - b)[0]"""
PLACE = f"""([x, y]) => {{
  const {{ chart, stage }} = document.querySelector('{MAP}').map, box = stage.getBoundingClientRect();
  const [left, top] = chart.place(x, y);
  return [box.left + left, box.top + top];
}}"""
STOCK_PLACE = f"""([x, y]) => {{
  const chart = document.querySelector('{STOCK}'), box = chart.getBoundingClientRect();
  const {{ xaxis, yaxis }} = chart._fullLayout;
  return [box.left + xaxis._offset + xaxis.d2p(x), box.top + yaxis._offset + yaxis.d2p(y)];
}}"""
# What a click leads to: another image than before beside the map, and another set of neighbours under it.
OURS = """() => {
  const find = () => document.querySelector('img[alt^="original of image "]');
  const neighbours = () => [...document.querySelectorAll('.pictures.thumbnails img')].map(({ alt }) => alt).join();
  const [before, around] = [find()?.alt, neighbours()];
  window.answers = [
    window.hand.click(() => find()?.alt !== before && find()),
    window.hand.click(() => neighbours() !== around && document.body),
  ];
}"""
STOCK_ANSWER = """() => {
  const find = () => document.querySelector('[data-testid="stImage"] img');
  const before = find()?.src;
  window.answers = [window.hand.click(() => find()?.src !== before && find())];
}"""
PREFETCHED = f"""() => {{
  const {{ sheets }} = document.querySelector('{MAP}').map;
  return sheets && sheets.blobs.size === sheets.count && [...sheets.bitmaps.values()].every(({{ bitmap }}) => bitmap);
}}"""


def percentiles(times_ms: list[float]) -> dict[str, Any]:
    """p50, p95 and how many."""
    p50, p95 = np.percentile(times_ms, [50, 95])
    return {"n": len(times_ms), "p50_ms": round(float(p50), 1), "p95_ms": round(float(p95), 1)}


def open_points(page: Page, url: str) -> dict[str, float]:
    """Go to a page with points; seconds from the navigation, and from the first request of data, to their frame."""
    page.add_init_script(WATCH)
    page.goto(url)
    page.wait_for_function("() => window.marks.points")
    seconds = page.evaluate("() => window.marks.points") / 1000
    asked = page.evaluate(ASKED)
    return {"from_navigation_s": round(seconds, 2)} | (
        {} if asked is None else {"from_data_asked_s": round(seconds - asked / 1000, 2)}
    )


def hover(page: Page, places: Any) -> dict[str, Any]:
    """Move to one place after another: from the pointer's event to the thumbnail."""
    page.evaluate("() => (window.hand.hovers = [])")
    for i, place in enumerate(places):
        page.mouse.move(*page.evaluate(PLACE, [float(value) for value in place]))
        page.wait_for_function(f"() => window.hand.hovers.length > {i}")
    hovers = page.evaluate("() => window.hand.hovers")
    return {**percentiles([ms for _, ms in hovers]), "images": len({index for index, _ in hovers})}


def click(page: Page, place: str, xy: Any, watch: str) -> list[float]:
    """Click on a place of the map: milliseconds from the release to each of the answers that ``watch`` waits for."""
    page.mouse.move(*page.evaluate(place, [float(value) for value in xy]))
    page.wait_for_timeout(STILL_MS)
    page.evaluate(watch)
    page.mouse.down()
    page.mouse.up()
    answers: list[float] = page.evaluate("() => Promise.all(window.answers)")
    return answers


def click_points(page: Page, places: Any) -> dict[str, Any]:
    """Clicks on our map; the image beside it, and its neighbours there."""
    times = []
    for xy in places:
        times.append(click(page, PLACE, xy, OURS))
        marked = int(page.locator(MAP).get_attribute("data-marked") or 0)
        assert page.get_by_alt_text(f"original of image {marked:,}", exact=True).count() == 1
    image_ms, neighbours_ms = zip(*times, strict=True)
    return {"image": percentiles(list(image_ms)), "neighbours": percentiles(list(neighbours_ms))}


def click_stock(page: Page, places: Any) -> dict[str, Any]:
    """Clicks on the stock chart; the image below it."""
    return percentiles([click(page, STOCK_PLACE, xy, STOCK_ANSWER)[0] for xy in places])


def pan(page: Page, stage: str, seconds: float = 3.0) -> dict[str, float]:
    """Drag what ``stage`` names to and fro as fast as the page takes it: frames a second, and the longest wait."""
    box = page.locator(stage).bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => void (window.film = window.hand.film())")
    began = time.monotonic()
    while (done := (time.monotonic() - began) / seconds) < 1:
        turn = 2 * np.pi * done
        page.mouse.move(x + 0.3 * box["width"] * np.sin(turn), y + 0.2 * box["height"] * np.sin(2 * turn))
    times = page.evaluate("() => window.film()")
    page.mouse.up()
    waits = np.diff(times)
    return {
        "frames_per_s": round(1000 * len(waits) / (times[-1] - times[0]), 1),
        "longest_frame_ms": round(float(waits.max()), 1),
    }
