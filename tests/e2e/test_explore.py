"""The Explore page in a real browser: the image follows the hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from explorer.base.runtime_settings import SHIPPED_RUNS
from explorer.inference.decoding import decode
from explorer.inference.latents import latents_of
from explorer.runs.loaded_run import load_run
from explorer.runs.run import WEIGHTS, Run
from tests.e2e.serving import Server
from tests.e2e.visitor import CAUGHT_UP, LIVE, WIDTHS, at_rest, drag_pad, open_live, z_of
from tests.helpers import replace_weights

pytestmark = [pytest.mark.browser, pytest.mark.own_server]

PIXELS = "() => Array.from(document.querySelector('.picture').getContext('2d')" \
    ".getImageData(0, 0, 8, 8).data)"  # fmt: skip

# The marked image of the first traversal is the picture, but for rounding.
TRAVERSED = """() => {
    const [tile, picture] = [".traversal [aria-current] canvas", ".picture"].map(
        (selector) => document.querySelector(selector)?.getContext("2d").getImageData(0, 0, 8, 8).data
    );
    return tile?.every((value, i) => Math.abs(value - picture[i]) <= 1);
}"""


@pytest.mark.parametrize("transport", ["browser", "websocket", "fragment"])
def test_the_image_follows_before_the_hand_lets_go(page: Page, app_url: str, transport: str) -> None:
    open_live(page, app_url, f"/?model=digits-2d&transport={transport}")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", transport)
    before = page.evaluate(PIXELS)
    assert len(drag_pad(page, 15)) >= 10
    assert page.evaluate(PIXELS) != before
    page.get_by_role("button", name="z0 at 1.5").click()
    page.wait_for_function(f"() => document.querySelector('{LIVE}').dataset.z.startsWith('1.5000,')")
    page.wait_for_function(TRAVERSED)


def test_each_module_is_asked_for_once_and_before_streamlit_connects(page: Page, app_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    open_live(page, app_url, "/?model=digits-2d&transport=websocket")
    modules = [url for url in asked if "/component-modules/" in url]
    assert len(modules) == len(set(modules)) > 10
    connected = next(i for i, url in enumerate(asked) if url.startswith("ws:"))
    assert set(modules) <= set(asked[:connected])


def test_a_slider_moves_the_image_and_the_pad(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    before = page.evaluate(PIXELS)
    handle = page.locator(".pad-handle").bounding_box()
    slider = page.locator(".slider-row[data-dim='0'] .track input")
    slider.focus()
    for _ in range(60):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelector('{LIVE}').dataset.z.startsWith('0.6000,')")
    assert page.evaluate(PIXELS) != before
    page.wait_for_function(
        "(x) => document.querySelector('.pad-handle').getBoundingClientRect().x !== x", arg=handle["x"] if handle else 0
    )


def test_the_link_restores_the_same_image(page: Page, app_url: str, new_page: Callable[..., Page]) -> None:
    open_live(page, app_url)
    drag_pad(page, 8)
    page.wait_for_url("**z=*")
    other = new_page()
    open_live(other, "", page.url)
    assert z_of(other) == z_of(page)
    assert other.evaluate(PIXELS) == page.evaluate(PIXELS)


def test_the_keyboard_moves_resets_and_undoes(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    page.locator(".pad").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => document.querySelector('{LIVE}').dataset.z.split(',').includes('0.2000')")
    page.wait_for_url("**z=*")  # committed: what follows is undone to here
    stood = z_of(page)
    page.keyboard.press("0")
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page) == [0, 0]
    page.keyboard.press("u")
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page) == stood
    page.keyboard.press("r")
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page) not in ([0, 0], stood)


def test_a_locked_dimension_stays(page: Page, app_url: str) -> None:
    open_live(page, app_url, "/?model=digits-2d&z=1.5000,-0.5000")
    page.locator(".slider-row[data-dim='0'] .lock").click()
    page.locator(".random").click()
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page)[0] == 1.5
    assert z_of(page)[1] != -0.5


def test_a_typed_value_a_pin_and_a_walk(page: Page, app_url: str) -> None:
    open_live(page, app_url)
    value = page.locator(".slider-row[data-dim='1'] .value")
    value.fill("1.25")
    value.press("Enter")
    page.wait_for_function(CAUGHT_UP)
    assert z_of(page)[1] == 1.25
    page.locator(".pin").click()
    expect(page.locator(".pinned")).to_have_count(1)
    page.locator(".play").click()
    page.wait_for_function(f"() => !document.querySelector('{LIVE}').dataset.z.endsWith(',1.2500')")
    page.locator(".play").click()
    page.locator(".pinned").click()
    page.wait_for_function(f"() => document.querySelector('{LIVE}').dataset.z.endsWith(',1.2500')")


def test_two_visitors_at_once_move_apart(page: Page, app_url: str, new_page: Callable[..., Page]) -> None:
    other = new_page()
    open_live(page, app_url)
    open_live(other, app_url)
    drag_pad(page, 10)
    assert z_of(other) == [0, 0]
    drag_pad(other, 3)
    assert not np.allclose(z_of(page), z_of(other))


def test_streamlit_run_serves_it_under_a_base_path(page: Page, tmp_path: Path) -> None:
    server = Server(tmp_path, ("-m", "streamlit", "run", "app.py"), STREAMLIT_SERVER_BASE_URL_PATH="tools/vae")
    server.start()
    try:
        open_live(page, server.url)
        assert len(drag_pad(page, 8)) >= 5
        expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    finally:
        server.stop()


def test_without_websockets_of_ours_it_falls_back(page: Page, app_url: str) -> None:
    page.route_web_socket("**/live-decoder*", lambda socket: socket.close(code=1006, reason="no sockets here"))
    page.route("**/decoders/*", lambda route: route.abort())
    open_live(page, app_url)
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "fragment")
    assert len(drag_pad(page, 6)) >= 4


def test_it_reconnects_after_a_restart(page: Page, server: Server) -> None:
    open_live(page, server.url, "/?model=digits-2d&transport=websocket")
    server.stop()
    expect(page.locator(".notice")).to_have_text("Reconnecting…")
    server.start()
    expect(page.locator(".notice")).to_have_text("", timeout=60_000)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-connection-state", "CONNECTED")
    at_rest(page)  # Streamlit, which connects by itself, has painted the page anew
    assert len(drag_pad(page, 8)) >= 5
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "websocket")


@pytest.mark.parametrize("path", ["/", "/explore", "/map", "/image", "/train"])
def test_a_deep_link_right_after_a_start(page: Page, server: Server, path: str) -> None:
    server.stop()
    server.start()
    page.goto(server.url + path)
    title = {"/": "Explore", "/explore": "Explore", "/train": "Models"}.get(path, path.strip("/").capitalize())
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_the_model_survives_a_page_switch_and_a_reload(page: Page, app_url: str) -> None:
    open_live(page, app_url, "/?model=mnist-16d")
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    assert "model=mnist-16d" in page.url
    page.reload()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("mnist-16d")


@pytest.mark.parametrize(("width", "scheme"), WIDTHS)
def test_looks(
    new_page: Callable[..., Page],
    app_url: str,
    screenshot: Callable[[Page, str], None],
    width: int,
    scheme: str,
) -> None:
    page = new_page(width, 800, scheme)
    open_live(page, app_url)
    expect(page.get_by_text("Draws of the prior farther out")).to_be_visible()
    picture = page.locator(".picture").bounding_box()
    assert picture
    assert picture["y"] + picture["height"] <= 800
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    screenshot(page, f"explore-{width}-{scheme}")


def test_new_weights_come_with_their_picture_sliders_and_grid(page: Page, server: Server, trained_path: Path) -> None:
    run = Run(Path(shutil.copytree(trained_path, server.folder / "runs" / "learning")))
    open_live(page, server.url, "/?model=learning&transport=browser")
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    replace_weights(run)
    loaded = load_run(run)
    nats = latents_of(loaded).kl_per_dim()
    titles = [f"carries {nats[dim]:.2f} nats a test image (KL)" for dim in latents_of(loaded).order()]
    shown = f"() => [...document.querySelectorAll('{LIVE} .slider-row .dim')].map((row) => row.title)"
    assert page.evaluate(shown) != titles
    drag_pad(page, 3)
    page.wait_for_function(f"(titles) => JSON.stringify(({shown})()) === JSON.stringify(titles)", arg=titles)
    expect(page.locator(f"{LIVE} .notice")).to_have_text("")
    page.wait_for_function(CAUGHT_UP)
    wanted = decode(loaded, np.array([z_of(page)], np.float32))[0].ravel().tolist()
    page.wait_for_function(
        f"(wanted) => wanted.every((one, i) => Math.abs(one - ({PIXELS})()[4 * i]) <= 1)", arg=wanted
    )


def test_a_run_with_any_folder_name_is_opened_decoded_and_linked_by_it(
    page: Page, server: Server, trained_path: Path
) -> None:
    name = "my run ü, 50% & #1"
    shutil.copytree(trained_path, server.folder / "runs" / name)
    open_live(page, server.url, f"/?model={quote(name)}")
    assert len(drag_pad(page, 8)) >= 5
    expect(page.locator(LIVE)).to_have_attribute("data-transport", "browser")
    page.get_by_role("link", name="Map").click()
    expect(page.get_by_role("heading", name="Map", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("combobox", name="Model")).to_have_value(name)
    assert parse_qs(urlsplit(page.url).query)["model"] == [name]


def test_a_model_of_another_size_starts_the_decoder_anew(page: Page, server: Server, trained_path: Path) -> None:
    run = Run(Path(shutil.copytree(trained_path, server.folder / "runs" / "replaced")))
    open_live(page, server.url, "/?model=replaced")
    expect(page.locator(f"{LIVE} .slider-row[data-dim]")).to_have_count(2)
    for name in (WEIGHTS, "config.json", "status.json"):
        shutil.copy(SHIPPED_RUNS / "mnist-16d" / name, run.path / f"new-{name}")
        (run.path / f"new-{name}").replace(run.path / name)
    shutil.copytree(SHIPPED_RUNS / "mnist-16d" / "latents", run.path / "latents", dirs_exist_ok=True)
    page.locator(f"{LIVE} .random").click()
    expect(page.locator(f"{LIVE} .slider-row[data-dim]")).to_have_count(16)
    page.wait_for_function(f"() => document.querySelector('{LIVE}')?.dataset.z?.split(',').length === 16")
    page.wait_for_function(CAUGHT_UP)
