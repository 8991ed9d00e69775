"""A hand in a real browser: drags, and measures from the pointer's event to the frame that shows its image."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from playwright.sync_api import Locator, Page, sync_playwright

from tests.e2e.serving import FLAGS, chromium_path

LIVE = '[data-testid="live-decoder"]'
MOVES, SECONDS = 121, 2.0
WAIT_MS = 120_000

# An input event carries the time it happened; an image is shown with the animation frame after it was painted.
WATCH = f"""() => {{
  window.shown = [];
  const root = document.querySelector('{LIVE}');
  if (root.watched) return;
  root.watched = true;
  const moved = new Map();
  let last = root.dataset.targetZ;
  const note = (event) => {{
    const z = root.dataset.targetZ; // set by the component's own handler, which ran before this one
    if (z !== last) moved.set((last = z), event.timeStamp);
  }};
  for (const type of ['pointerrawupdate', 'pointermove', 'input']) root.addEventListener(type, note);
  new MutationObserver(() => {{
    const since = moved.get(root.dataset.z);
    if (since === undefined) return;
    moved.delete(root.dataset.z);
    requestAnimationFrame(() => window.shown.push(performance.now() - since));
  }}).observe(root, {{ attributes: true, attributeFilter: ['data-z'] }});
}}"""


@contextmanager
def browser_page() -> Iterator[Page]:
    """A page of 1280 x 800 in a browser of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(WAIT_MS)
        page.add_init_script("sessionStorage.setItem('latent-explorer-greeted', '1')")  # or it moves by itself
        yield page
        browser.close()


def open_live(page: Page, url: str) -> None:
    """Open the Explore page and wait for its first image."""
    page.goto(url)
    page.wait_for_function(f"() => document.querySelector('{LIVE}')?.dataset.z")
    page.wait_for_load_state("networkidle")


def drag_live(page: Page, target: Locator) -> dict[str, Any]:
    """121 moves in 2 seconds across the pad or a slider: percentiles, and images a second while the hand moves."""
    shown, while_moving, moved_s = dragged(page, target)
    p50, p95 = np.percentile(shown, [50, 95])
    return {
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "images_per_s": round(while_moving / moved_s, 1),
        "moves_per_s": round(MOVES / moved_s, 1),
        "transport": page.locator(LIVE).get_attribute("data-transport"),
    }


def drag_times(page: Page, target: Locator) -> list[float]:
    """The same drag: the milliseconds of each image shown."""
    return dragged(page, target)[0]


def dragged(page: Page, target: Locator) -> tuple[list[float], int, float]:
    """A drag's milliseconds of each image, the number of images while the hand moved, and the seconds it moved."""
    page.evaluate(WATCH)
    box = target.bounding_box()
    assert box
    moved_s = drag(page, box, SECONDS)
    while_moving: int = page.evaluate("() => window.shown.length")
    page.mouse.up()
    page.wait_for_timeout(300)
    shown: list[float] = page.evaluate("() => window.shown")
    return shown, while_moving, moved_s


def percentiles_of(times_ms: list[float]) -> dict[str, Any]:
    """p50, p95 and the longest of milliseconds, and how many they are."""
    p50, p95 = np.percentile(times_ms, [50, 95])
    found = {"p50_ms": p50, "p95_ms": p95, "longest_ms": max(times_ms)}
    return {name: round(float(ms), 1) for name, ms in found.items()} | {"images": len(times_ms)}


def drag(page: Page, box: Any, seconds: float, moves: int = MOVES, end: float = 0.5) -> float:
    """Press in the middle and swing to both sides, ending at a share of the width; the seconds it took.

    The button stays down.
    """
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.5, y)
    page.mouse.down()
    started = time.monotonic()
    for i in range(moves):
        done = (i + 1) / moves
        share = 0.5 + 0.45 * np.sin(2 * np.pi * done) + (end - 0.5) * done
        page.mouse.move(box["x"] + box["width"] * min(0.98, max(0.02, share)), y)
        time.sleep(max(0.0, started + done * seconds - time.monotonic()))
    return time.monotonic() - started


# A stock slider tells nothing before the button is let go, so its wait is from there to the new image.
WATCH_STOCK = """() => {
  const image = document.querySelector('[data-testid="stImage"] img');
  window.shown = [];
  window.images = 0;
  document.addEventListener('pointerup', (event) => (window.since = event.timeStamp), true);
  new MutationObserver(async () => {
    window.images += 1;
    await image.decode().catch(() => {});
    requestAnimationFrame(() => window.since && window.shown.push(performance.now() - window.since));
  }).observe(image, { attributes: true, attributeFilter: ['src'] });
}"""


def drag_stock(page: Page, url: str, drags: int = 12) -> dict[str, Any]:
    """The stock page: images while the hand moves, and the waits after each of some drags."""
    page.goto(url)
    page.wait_for_selector('[data-testid="stImage"] img')
    page.wait_for_load_state("networkidle")
    page.evaluate(WATCH_STOCK)
    box = page.get_by_role("slider").bounding_box()
    track = page.get_by_test_id("stSlider").bounding_box()
    assert box
    assert track
    during = moved_s = 0.0
    for i in range(drags):
        before = page.evaluate("() => window.images")
        moved_s += drag(
            page, {**track, "y": box["y"], "height": box["height"]}, 0.3 + 0.02 * i, moves=20, end=0.1 + 0.06 * i
        )
        during += page.evaluate("() => window.images") - before
        page.mouse.up()
        page.wait_for_function(f"() => window.shown.length > {i}")
        page.wait_for_timeout(200)
        box = page.get_by_role("slider").bounding_box()
        assert box
    p50, p95 = np.percentile(page.evaluate("() => window.shown"), [50, 95])
    return {
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "images_per_s": round(during / moved_s, 1),
        "transport": "st.slider",
    }
