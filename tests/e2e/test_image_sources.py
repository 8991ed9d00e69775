"""Every way to bring an image, in a real browser, and the crop that is moved under it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from tests.e2e.serving import FLAGS, WAIT_MS, Server, chromium_path
from tests.e2e.visitor import WIDTHS, at_rest, drag_over, look
from tests.helpers import digit_picture, encoded, photo, zipped

pytestmark = pytest.mark.browser

CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
GOOD = encoded(digit_picture())
OPENED = {"Draw": ".stage", "Examples": "button", "Test images": "button"}
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


def test_several_files_are_chosen_from(opened: Page, screenshot: Callable[[Page, str], None]) -> None:
    upload(opened, ("one.png", GOOD), ("words.png", b"words"), ("two.jpg", encoded(photo(), "JPEG")))
    expect(reconstructed(opened, "one.png")).to_be_visible()
    at_rest(opened)
    opened.get_by_role("button", name="two.jpg").click()
    expect(reconstructed(opened, "two.jpg")).to_be_visible()
    at_rest(opened)
    opened.get_by_text("1 refused").click()
    expect(opened.get_by_text("words.png is not an image that can be read.")).to_be_visible()

    files = {f"{i}.png": encoded(photo(i)) for i in range(9)}
    upload(opened, ("mine.zip", zipped({"birds/one.png": GOOD, "../nested.zip": zipped(files), **files})))
    expect(reconstructed(opened, "birds/one.png")).to_be_visible()
    expect(opened.get_by_text("1 refused")).to_be_visible()
    at_rest(opened)
    opened.get_by_role("button", name="3.png").click()
    expect(reconstructed(opened, "3.png")).to_be_visible()
    screenshot(opened, "image-zip")


def test_an_image_is_pasted_by_key_and_where_the_browser_lets_it_by_button(opened: Page) -> None:
    opened.evaluate(PASTE, ["shot.png", base64.b64encode(GOOD).decode()])
    expect(reconstructed(opened, "shot.png")).to_be_visible()
    opened.evaluate(PASTE, ["words.png", base64.b64encode(b"words").decode()])
    expect(opened.get_by_text("words.png is not an image that can be read.")).to_be_visible()

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

    opened.evaluate("() => { navigator.clipboard.read = () => Promise.reject(new Error('denied')) }")
    opened.get_by_role("button", name="Paste").click()
    expect(opened.get_by_text("press Ctrl+V instead")).to_be_visible()


def test_what_is_drawn_is_private_and_a_test_image_is_restored_by_its_link(
    opened: Page, new_page: Callable[..., Page]
) -> None:
    choose(opened, "Draw")
    stage = opened.locator('[data-mode="draw"] .stage')
    expect(opened.locator('[data-mode="draw"] .note')).to_have_text("draw here")
    drag_over(opened, stage, (0.5, 0.2), (0.5, 0.8))
    picture = reconstructed(opened, "drawing")
    expect(picture).to_be_visible()
    former = picture.get_attribute("src")
    drag_over(opened, stage, (0.2, 0.2), (0.8, 0.2))
    expect(picture).not_to_have_attribute("src", former or "")
    assert "image=" not in opened.url

    choose(opened, "Test images")
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


def test_after_a_bad_link_an_upload_is_cropped(page: Page, address: str) -> None:
    page.goto(f"{address}&image=../../etc/passwd")
    expect(page.get_by_text("The link names no image that is known here")).to_be_visible()
    upload(page, ("wide.png", encoded(photo(size=(120, 40)))))
    picture = page.get_by_alt_text("input, wide.png as the model sees it")
    expect(picture).to_be_visible()
    automatic = picture.get_attribute("src") or ""
    page.get_by_role("button", name="Adjust").click()
    slider = page.get_by_role("slider", name="Crop: left to right")
    slider.focus()
    slider.press("Home")
    expect(picture).not_to_have_attribute("src", automatic)
    expect(page.get_by_text("Adjusted by you.")).to_be_visible()
    page.get_by_role("button", name="Automatic").click()
    expect(picture).to_have_attribute("src", automatic)
    expect(page.get_by_text("Adjusted by you.")).to_have_count(0)
    page.keyboard.press("Escape")
    page.get_by_text("What the model sees").click()
    expect(page.get_by_alt_text("step: Crop")).to_be_visible()


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


def test_what_a_source_needs_opens_below_the_row_and_the_pictures_are_seen(
    page: Page, address: str, screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{address}&image=example-paper-3")
    picture = reconstructed(page, "paper-3.jpg")
    for source, content in OPENED.items():
        choose(page, source)
        expect(page.locator(".st-key-image-source-open").locator(content).first).to_be_visible()
        for width, scheme in WIDTHS:
            look(page, width, scheme)
            screenshot(page, f"image-{source.lower().replace(' ', '-')}-{width}-{scheme}")
            box = picture.bounding_box()
            assert box
            assert width != 1280 or box["y"] + box["height"] < 800, "the picture is seen without scrolling"
        choose(page, source)
        expect(page.locator(".st-key-image-source-open")).to_have_count(0)
