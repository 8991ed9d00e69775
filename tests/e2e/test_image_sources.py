"""Every way to bring an image, in a real browser, and the crop that is moved under it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.e2e.serving import FLAGS, WAIT_MS, Server, chromium_path
from tests.e2e.visitor import WIDTHS, at_rest
from tests.helpers import digit_picture, encoded, photo, zipped

pytestmark = pytest.mark.browser

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
GOOD = encoded(digit_picture())
PASTE = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The page's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}"


@pytest.fixture
def opened(page: Page, address: str) -> Page:
    """The page with its sources."""
    page.goto(address)
    expect(page.get_by_role("button", name="Paste")).to_be_visible()
    return page


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Drop files on the page together."""
    payload: list[FilePayload] = [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files
    ]
    page.locator('[data-testid="stFileUploader"] input[type=file]').first.set_input_files(payload)


def choose(page: Page, source: str) -> None:
    """Take another source."""
    at_rest(page)
    page.get_by_role("radio", name=source).click()


def reconstructed(page: Page, name: str) -> Locator:
    """The reconstruction of an image."""
    return page.get_by_alt_text(f"reconstruction of {name}, decoded from its mean")


def test_several_uploads_are_chosen_from(opened: Page) -> None:
    upload(opened, ("one.png", GOOD), ("words.png", b"words"), ("two.jpg", encoded(photo(), "JPEG")))
    expect(reconstructed(opened, "one.png")).to_be_visible()
    at_rest(opened)
    opened.get_by_role("button", name="two.jpg").click()
    expect(reconstructed(opened, "two.jpg")).to_be_visible()
    at_rest(opened)
    opened.get_by_text("1 refused").click()
    expect(opened.get_by_text("words.png is not an image that can be read.")).to_be_visible()


def test_a_zip_is_chosen_from(opened: Page, screenshot: Callable[[Page, str], None]) -> None:
    files = {f"{i}.png": encoded(photo(i)) for i in range(9)}
    upload(opened, ("mine.zip", zipped({"birds/one.png": GOOD, "../nested.zip": zipped(files), **files})))
    expect(reconstructed(opened, "birds/one.png")).to_be_visible()
    expect(opened.get_by_text("1 refused")).to_be_visible()
    at_rest(opened)
    opened.get_by_role("button", name="3.png").click()
    expect(reconstructed(opened, "3.png")).to_be_visible()
    screenshot(opened, "image-zip")


def test_a_file_is_pasted_anywhere_on_the_page(opened: Page) -> None:
    opened.evaluate(PASTE, ["shot.png", base64.b64encode(GOOD).decode()])
    expect(reconstructed(opened, "shot.png")).to_be_visible()
    opened.evaluate(PASTE, ["words.png", base64.b64encode(b"words").decode()])
    expect(opened.get_by_text("words.png is not an image that can be read.")).to_be_visible()


def test_the_button_says_why_it_cannot_paste(opened: Page) -> None:
    opened.evaluate("() => { navigator.clipboard.read = () => Promise.reject(new Error('denied')) }")
    opened.get_by_role("button", name="Paste").click()
    expect(opened.get_by_text("press Ctrl+V instead")).to_be_visible()


def test_the_button_pastes_where_the_browser_lets_it(opened: Page) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.evaluate(
        """async (text) => {
          const blob = await (await fetch("data:image/png;base64," + text)).blob();
          await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(GOOD).decode(),
    )
    opened.get_by_role("button", name="Paste").click()
    expect(reconstructed(opened, "pasted image")).to_be_visible()


def test_a_drawing_is_reconstructed_stroke_by_stroke(opened: Page) -> None:
    choose(opened, "Draw")
    stage = opened.locator('[data-mode="draw"] .stage')
    expect(opened.locator('[data-mode="draw"] .note')).to_have_text("draw here")
    stroke(opened, stage, (0.5, 0.2), (0.5, 0.8))
    picture = reconstructed(opened, "drawing")
    expect(picture).to_be_visible()
    former = picture.get_attribute("src")
    stroke(opened, stage, (0.2, 0.2), (0.8, 0.2))
    expect(picture).not_to_have_attribute("src", former or "")


def stroke(page: Page, stage: Locator, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """A line between two places, as fractions of the sheet."""
    box = stage.bounding_box()
    assert box
    page.mouse.move(box["x"] + begin[0] * box["width"], box["y"] + begin[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=8)
    page.mouse.up()


def test_a_test_image_is_restored_by_its_link(opened: Page, new_page: Callable[..., Page]) -> None:
    choose(opened, "Data set")
    opened.get_by_role("button", name="test image 3, class").click()
    expect(reconstructed(opened, "test image 3")).to_be_visible()
    opened.wait_for_url("**image=test-3*")
    src = reconstructed(opened, "test image 3").get_attribute("src")
    other = new_page()
    other.goto(opened.url)
    expect(reconstructed(other, "test image 3")).to_have_attribute("src", src or "")
    upload(other, ("private.png", GOOD))
    expect(reconstructed(other, "private.png")).to_be_visible()
    other.wait_for_url(lambda url: "image=" not in url)


def test_a_bad_link_is_a_sentence(page: Page, address: str) -> None:
    page.goto(f"{address}&image=../../etc/passwd")
    expect(page.get_by_text("The link names no image that is known here")).to_be_visible()
    expect(page.get_by_role("button", name="paper-3")).to_be_visible()


def test_a_moved_crop_changes_the_input_and_the_image_stays(opened: Page) -> None:
    upload(opened, ("wide.png", encoded(photo(size=(120, 40)))))
    picture = opened.get_by_alt_text("input, wide.png as the model sees it")
    expect(picture).to_be_visible()
    automatic = picture.get_attribute("src") or ""
    opened.get_by_role("button", name="Adjust").click()
    slider = opened.get_by_role("slider", name="Crop: left to right")
    slider.focus()
    slider.press("Home")
    expect(picture).not_to_have_attribute("src", automatic)
    expect(opened.get_by_text("Adjusted by you.")).to_be_visible()
    opened.get_by_role("button", name="Automatic").click()
    expect(picture).to_have_attribute("src", automatic)
    expect(opened.get_by_text("Adjusted by you.")).to_have_count(0)


@pytest.fixture
def camera_page(browser: Browser) -> Iterator[Page]:
    """A page of a browser with a camera that shows a test picture."""
    own = browser.browser_type.launch(executable_path=chromium_path(), args=[*FLAGS, *CAMERA])
    page = own.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(WAIT_MS)
    yield page
    own.close()


MOVING = """() => {
  const video = document.querySelector("video");
  return video?.readyState === 4 && video.videoWidth > 0 && video.currentTime > 0;
}"""


def test_a_photograph_is_taken(camera_page: Page, address: str) -> None:
    camera_page.goto(address)
    expect(camera_page.get_by_role("button", name="Paste")).to_be_visible()
    assert camera_page.locator("video").count() == 0, "the camera starts when it is chosen"
    choose(camera_page, "Camera")
    at_rest(camera_page)
    camera_page.wait_for_function(MOVING)
    camera_page.get_by_role("button", name="Take photo").click()
    expect(reconstructed(camera_page, "photograph")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
@pytest.mark.parametrize("source", ["Upload", "Draw", "Data set"])
def test_the_tabs_are_seen_below(
    new_page: Callable[..., Page],
    address: str,
    width: int,
    scheme: str,
    source: str,
    screenshot: Callable[[Page, str], None],
) -> None:
    page = new_page(width, 800, scheme)
    page.goto(f"{address}&image=example-paper-3")
    expect(reconstructed(page, "paper-3.jpg")).to_be_visible()
    choose(page, source)
    tab = page.get_by_role("tab", name="Surprise")
    expect(tab).to_be_visible()
    box = tab.bounding_box()
    assert box
    if width == 1280:
        assert box["y"] + box["height"] < 800, "the tabs are seen without scrolling"
    screenshot(page, f"image-{source.lower().replace(' ', '-')}-{width}-{scheme}")
