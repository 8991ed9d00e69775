"""Many images at once, and one as a few bits, in a real browser."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from explorer.image_lab.batch_io import CSV_COLUMNS
from tests.e2e.serving import Server
from tests.e2e.visitor import WIDTHS, look
from tests.helpers import digit_picture, encoded, zipped

pytestmark = pytest.mark.browser

FILES = {
    "sub/one.png": encoded(digit_picture()),
    "=two.jpg": encoded(digit_picture(size=90), "JPEG"),
    "three.png": b"These are words, not pixels.",
}
MANY = 6000


@pytest.fixture(scope="module")
def address(server: Server, fresh: str) -> str:
    """The page's own address, with a trained run."""
    return f"{server.url}/image?model={fresh}"


def uploader(page: Page) -> Locator:
    """The Batch tab's own."""
    tab = page.get_by_role("tabpanel").filter(has=page.get_by_text("Images, or a zip of them"))
    found = tab.locator('[data-testid="stFileUploader"] input[type=file]')
    expect(found).to_have_count(1)
    return found


def drop_zip(page: Page, files: dict[str, bytes] | list[tuple[str, bytes]]) -> None:
    """Have a zip of files put through."""
    content = zipped(files if isinstance(files, dict) else list(files))
    uploader(page).set_input_files({"name": "all.zip", "mimeType": "application/zip", "buffer": content})


def test_a_zip_of_good_and_bad_files_is_a_table_and_a_csv(
    page: Page, address: str, screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{address}&tab=Batch")
    drop_zip(page, FILES)
    expect(page.get_by_text("2 images, 1 refused")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"image-batch-{width}-{scheme}")
    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_bytes().decode(), newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["file"] for row in rows] == ["sub/one.png", "./=two.jpg", "three.png"]
    assert [bool(row["error"]) for row in rows] == [False, False, True]
    assert float(rows[0]["mse"]) > 0
    expect(page.get_by_label("Download as CSV")).not_to_be_visible()  # Streamlit's own, of other columns
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_stop_ends_it_and_keeps_what_is_done(page: Page, address: str) -> None:
    page.goto(f"{address}&tab=Batch")
    drop_zip(page, [(f"{i}.png", FILES["sub/one.png"]) for i in range(MANY)])
    expect(page.get_by_text(re.compile(rf"^[1-9][\d,]* of {MANY:,} images, \d+ (s|min) left"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text(re.compile(rf"stopped after [\d,]+ of {MANY:,}"))).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_the_step_changes_the_picture_the_bits_and_the_sentence(
    page: Page, address: str, screenshot: Callable[[Page, str], None]
) -> None:
    page.goto(f"{address}&tab=Compress&image=example-mnist-7")
    panel = page.get_by_role("tabpanel")
    sentence = panel.get_by_text(re.compile(r"At the PSNR of this picture \([\d.]+ dB\) the code needs"))
    expect(sentence).to_be_visible()
    expect(panel.locator(".js-plotly-plot .gtitle")).to_be_visible()
    panel.locator(".js-plotly-plot").scroll_into_view_if_needed()
    for width, scheme in WIDTHS:
        look(page, width, scheme)
        screenshot(page, f"image-compress-{width}-{scheme}")
    before, picture = sentence.inner_text(), panel.get_by_alt_text(re.compile("mnist-7.png decoded: "))
    source = picture.get_attribute("src")
    panel.get_by_role("slider").focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(sentence).not_to_have_text(before)
    assert picture.get_attribute("src") != source
