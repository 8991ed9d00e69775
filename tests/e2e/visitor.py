"""What a visitor does in the browser: open, drag, drop a file; for several tests."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Locator, Page, expect

WIDTHS = [(1280, "light"), (800, "dark")]  # what breaks a layout and what breaks colours are different things
PHONE = 390  # a phone's width
VIEWS = [(1280, "light"), (PHONE, "light"), (PHONE, "dark"), (800, "dark")]  # of one page, one after another
LIVE = '[data-testid="live-decoder"]'
# A page of each kind, and what is there when it is drawn.
PAGES = {
    "/?model=digits-2d": f"{LIVE}[data-z]",
    "/map?model=digits-2d": ".latent-map[data-method]",
    "/image?model=digits-2d": ".pictures img",
    "/diagnose?model=digits-2d": "h2",
    "/compare?compare=digits-2d&compare=mnist-2d": ".compare-table",
    "/models": ".stDataFrame canvas",
}
PAINTED = f"() => document.querySelector('{LIVE}')?.dataset.z"
CAUGHT_UP = f"() => {{ const d = document.querySelector('{LIVE}').dataset; return d.z && d.z === d.targetZ; }}"


def upload(page: Page, name: str, content: bytes) -> None:
    """Drop a file on the page."""
    file: FilePayload = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    uploader = page.locator('[data-testid="stFileUploader"] input[type=file]')
    expect(uploader).to_have_count(1)  # the one that took the former file is gone
    uploader.set_input_files(file)


def at_rest(page: Page) -> None:
    """Wait until the page is painted to its end: what is clicked before may be painted anew under the pointer."""
    expect(page.locator('[data-test-script-state="notRunning"]')).to_be_visible()


def resize(page: Page, width: int) -> None:
    """Make the window so wide; nothing may be wider than it."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_function("() => document.documentElement.scrollWidth <= window.innerWidth")


def look(page: Page, width: int, scheme: str) -> None:
    """Make the window so wide, and its colours dark or light."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paper = "[...getComputedStyle(document.querySelector('.stApp')).backgroundColor.matchAll(/\\d+/g)]"
    page.wait_for_function(f"() => (+{paper}[0][0] < 128) === {str(scheme == 'dark').lower()}")
    resize(page, width)


def open_live(page: Page, url: str, path: str = "/?model=digits-2d") -> None:
    """Open the page and wait for its first picture."""
    page.goto(url + path)
    page.wait_for_function(PAINTED)
    page.wait_for_function(CAUGHT_UP)


def z_of(page: Page) -> list[float]:
    """The z of the picture that is painted."""
    return [float(value) for value in page.locator(LIVE).get_attribute("data-z").split(",")]  # type: ignore[union-attr]


def drag_pad(page: Page, moves: int) -> set[str]:
    """Drag on the pad; the different z that were painted before the release."""
    page.evaluate(
        f"""() => {{
            const root = document.querySelector('{LIVE}');
            window.painted = new Set();
            new MutationObserver(() => window.painted.add(root.dataset.z))
                .observe(root, {{ attributes: true, attributeFilter: ['data-z'] }});
        }}"""
    )
    box = page.locator(".pad").bounding_box()
    assert box
    x, y = box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.7
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(moves):
        page.mouse.move(x + 3 * i, y - 2 * i)
        page.wait_for_function(CAUGHT_UP)
    seen = set(page.evaluate("() => [...window.painted]"))
    page.mouse.up()
    return seen


def drag_over(page: Page, stage: Locator, *points: tuple[float, float]) -> None:
    """Press at the first point, go to the others, let go; points are shares of the stage."""
    box = stage.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()
