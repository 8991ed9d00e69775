"""An exported page in a browser, from its file: live without a server, a network or a click."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.cli.main import main
from explorer.inference.decoding import decode
from explorer.runs.loaded_run import load_run
from explorer.runs.run import Run
from tests.e2e.accessibility import grave_findings
from tests.e2e.conftest import GREETED
from tests.e2e.serving import WAIT_MS
from tests.e2e.visitor import CAUGHT_UP, LIVE, PAINTED, PHONE, drag_pad, open_live, z_of

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("data_root")]

WITHIN = 1  # level of 255
PIXELS = """() => {
    const canvas = document.querySelector('.picture');
    return Array.from(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data);
}"""
WIDE = "document.documentElement.scrollWidth > window.innerWidth"
SAMPLES = "() => [...document.querySelectorAll('.sample canvas')].map((canvas) => canvas.toDataURL())"
OpenFile = Callable[..., Page]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes the page of a shipped run, once for the same options."""
    folder = tmp_path_factory.mktemp("pages")

    def file(name: str, *options: str) -> Path:
        target = folder / f"{name}{''.join(options)}.html"
        if not target.exists():
            assert main(["export", str(SHIPPED_RUNS / name), "--html", str(target), *options]) == 0
        return target

    return file


@pytest.fixture
def open_file(browser: Browser) -> Iterator[OpenFile]:
    """Opens a file in a browser without a network; what it asks for and what fails is an error at the end."""
    said: list[str] = []
    own: set[str] = set()

    with contextlib.ExitStack() as opened:

        def open_it(path: Path, fragment: str = "", script: str = "", wait: bool = True, **options: Any) -> Page:
            page = browser.new_page(**{"viewport": {"width": 1280, "height": 800}, **options})
            opened.callback(page.context.close)
            page.set_default_timeout(WAIT_MS)
            page.context.set_offline(True)
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: said.append(request.url))
            page.add_init_script(f"{GREETED} {script}")
            page.goto(path.as_uri() + fragment)
            if wait:
                expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
                page.wait_for_function(PAINTED)
                page.wait_for_function(CAUGHT_UP)
            own.add(path.as_uri())
            return page

        yield open_it
    fine = ("blob:", "data:", "Canvas2D: Multiple readback")  # the tests read pixels back
    assert [text for text in said if text not in own and not text.startswith(fine)] == []


@pytest.mark.parametrize("name", ["digits-2d", "mnist-16d", "mnist-cvae-8d", "shapes-tcvae-10d", "emoji-32d"])
def test_it_shows_what_torch_decodes(name: str, files: Callable[..., Path], open_file: OpenFile) -> None:
    run = load_run(Run(SHIPPED_RUNS / name))
    z = 2 * np.random.default_rng(0).standard_normal(run.model.options["latent"])
    if classes := int(run.model.options.get("classes", 0)):
        z = np.concatenate([z, np.eye(classes)[3]])
    page = open_file(files(name, "--no-latents"), "#z=" + ",".join(f"{value:.4f}" for value in z))
    np.testing.assert_allclose(z_of(page), z, atol=6e-5)
    seen = np.array(page.evaluate(PIXELS)).reshape(*run.data.shape[1:], 4)[..., :3].transpose(2, 0, 1)
    wanted = decode(run, np.round(z, 4)[None].astype(np.float32))[0]
    assert np.abs(seen[: len(wanted)].astype(int) - wanted).max() <= WITHIN


def test_the_hand_leads_and_the_link_follows(files: Callable[..., Path], open_file: OpenFile) -> None:
    page = open_file(files("digits-2d"))
    before = page.locator("#numbers").inner_text()
    assert "nearest test image" in before
    assert len(drag_pad(page, 15)) >= 10
    page.wait_for_function("(before) => document.querySelector('#numbers').innerText !== before", arg=before)
    page.wait_for_function(f"() => location.hash === '#z=' + document.querySelector('{LIVE}').dataset.z")
    page.locator(".pad").press("0")
    page.wait_for_function(f"() => document.querySelector('{LIVE}').dataset.z === '0.0000,0.0000'")


def test_samples_are_drawn_and_lead_to_their_place(files: Callable[..., Path], open_file: OpenFile) -> None:
    page = open_file(files("digits-2d"))
    expect(page.locator("#samples-said")).to_contain_text("32 decoded draws")
    first = page.evaluate(SAMPLES)
    assert len(set(first)) > 20
    page.get_by_role("button", name="Draw again").click()
    page.wait_for_function(f"(first) => ({SAMPLES})()[0] !== first", arg=first[0])
    page.locator(".sample").nth(7).click()
    page.wait_for_function(CAUGHT_UP)
    page.wait_for_function(
        "() => document.querySelector('.picture').toDataURL() === "
        "document.querySelectorAll('.sample canvas')[7].toDataURL()"
    )


@pytest.mark.parametrize("thumbnails", [False, True])
def test_the_map_shows_images_and_leads_to_them(
    files: Callable[..., Path], open_file: OpenFile, thumbnails: bool
) -> None:
    page = open_file(files("digits-2d", *(["--thumbnails"] if thumbnails else [])))
    stage = page.locator(".map-stage")
    stage.scroll_into_view_if_needed()
    expect(page.locator(".latent-map")).to_have_attribute("data-points", "360")
    stage.press("ArrowRight")
    link = page.locator("#to-explore")
    expect(link).to_contain_text("Explore")
    expect(page.locator("#numbers")).to_contain_text("0.00 away")
    page.wait_for_function(CAUGHT_UP)
    box = stage.bounding_box()
    assert box
    for step in range(200):
        page.mouse.move(box["x"] + box["width"] * (0.3 + step / 500), box["y"] + box["height"] / 2)
        if page.locator(".map-tip:visible").count():
            break
    expect(page.locator(".tip-text")).to_contain_text("original" if thumbnails else "decoded")
    expect(page.locator(".latent-map[data-hover]")).to_have_count(1)


def test_the_map_moves_and_finds_its_way_back(files: Callable[..., Path], open_file: OpenFile) -> None:
    page = open_file(files("digits-2d"))
    view = "() => { const { x0, x1 } = document.querySelector('.latent-map').map.chart.view(); return x1 - x0; }"
    page.locator(".map-stage").scroll_into_view_if_needed()
    expect(page.locator(".latent-map")).to_have_attribute("data-points", "360")
    whole = page.evaluate(view)
    page.locator(".map-stage").hover()
    page.mouse.wheel(0, -200)
    page.wait_for_function(f"(whole) => ({view})() < 0.9 * whole", arg=whole)
    page.locator(".latent-map .fit").click()
    page.wait_for_function(f"(whole) => Math.abs(({view})() - whole) < 1e-3 * whole", arg=whole)


def test_classes_are_chosen(files: Callable[..., Path], open_file: OpenFile) -> None:
    page = open_file(files("mnist-cvae-8d", "--no-latents"))
    expect(page.locator(".class-choice")).to_have_count(10)
    page.locator(".class-choice").nth(4).click()
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page)[8:] == [float(label == 4) for label in range(10)]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (800, "dark"), (PHONE, "light"), (PHONE, "dark")])
def test_it_fits_and_is_accessible(
    width: int, scheme: str, files: Callable[..., Path], open_file: OpenFile, screenshot: Callable[[Page, str], None]
) -> None:
    page = open_file(files("digits-2d"), viewport={"width": width, "height": 800}, color_scheme=scheme)
    expect(page.locator("#samples-said")).to_contain_text("decoded")
    expect(page.locator(".latent-map")).to_have_attribute("data-points", "360")
    assert not page.evaluate(WIDE)
    assert grave_findings(page) == []
    screenshot(page, f"exported-{width}-{scheme}")


def test_a_finger_drags_on_a_phone(files: Callable[..., Path], open_file: OpenFile) -> None:
    page = open_file(files("digits-2d"), viewport={"width": PHONE, "height": 800}, has_touch=True, is_mobile=True)
    page.locator(".pad").scroll_into_view_if_needed()
    before = z_of(page)
    page.locator(".pad").tap(position={"x": 40, "y": 60})
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page) != before


def test_without_webassembly_it_decodes_all_the_same(files: Callable[..., Path], open_file: OpenFile) -> None:
    plain = """const make = Blob;
        globalThis.Blob = function (parts, options) {
            const isWorker = options?.type === "text/javascript";
            return new make(isWorker ? ["delete self.WebAssembly;", ...parts] : parts, options);
        };"""
    page = open_file(files("digits-2d", "--no-latents"), script=plain)
    before = page.evaluate(PIXELS)
    page.locator(f"{LIVE} .random").click()
    page.wait_for_function(CAUGHT_UP)
    assert page.evaluate(PIXELS) != before


@pytest.mark.parametrize(("missing", "where"), [("Worker", ".notice"), ("DecompressionStream", "#failure")])
def test_a_browser_that_cannot_decode_is_told(
    missing: str, where: str, files: Callable[..., Path], open_file: OpenFile
) -> None:
    page = open_file(files("digits-2d", "--no-latents"), script=f"delete globalThis.{missing};", wait=False)
    expect(page.locator(where)).to_contain_text("This browser")


def test_share_gives_the_same_file(page: Page, app_url: str, files: Callable[..., Path], tmp_path: Path) -> None:
    open_live(page, app_url)
    page.get_by_role("button", name="Share").click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Download the page").click()
    begun.value.save_as(tmp_path / "shared.html")
    assert begun.value.suggested_filename == "digits-2d.html"
    assert (tmp_path / "shared.html").read_bytes() == files("digits-2d").read_bytes()
