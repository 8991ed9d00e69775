"""A hand that uploads in a real browser, and measures up to the frame that shows the reconstruction of that very file.

Milliseconds run from the file input's ``change`` event, when the browser has been given the file, to the animation
frame after the picture was decoded, so that sending, work and painting all count.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from support.map_hand import percentiles

WARM_UP = 3
INPUT = '[data-testid="stFileUploader"] input[type=file]'
STILL = "() => document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"
# The picture that shows the reconstruction of a file: by its text alternative on our page, by its caption on the other.
OURS = "(name) => document.querySelector(`img[alt^='reconstruction of ${name},']`)"
STOCK = """(name) => [...document.querySelectorAll('[data-testid="stImage"], [data-testid="stImageContainer"]')]
  .find((figure) => figure.textContent.includes(`reconstruction of ${name}`))?.querySelector('img')"""
WATCH = """([name, source]) => {
  const find = eval(source);
  let since;
  const asked = (event) => event.target.type === 'file' && (since ??= event.timeStamp);
  document.addEventListener('change', asked, { capture: true, once: true });
  window.painted = new Promise((resolve) => {
    const look = async () => {
      const image = find(name);
      if (!image) return;
      observer.disconnect();
      await image.decode().catch(() => {});
      requestAnimationFrame(() => resolve(performance.now() - since));
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}"""


def upload_all(page: Page, url: str, files: list[Path], find: str) -> dict[str, Any]:
    """Upload one file after the other, each when the page has come to rest; the first few do not count."""
    page.goto(url)
    page.wait_for_selector(INPUT, state="attached")
    page.wait_for_load_state("networkidle")
    times = [upload(page, file, find) for file in files]
    return percentiles(times[WARM_UP:])


def upload(page: Page, file: Path, find: str) -> float:
    """Milliseconds to the frame that shows the reconstruction of ``file``."""
    page.wait_for_function(STILL)
    page.evaluate(WATCH, [file.name, find])
    page.locator(INPUT).first.set_input_files(file)
    waited: float = page.evaluate("() => window.painted")
    return waited
