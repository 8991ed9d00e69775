"""The policy that browsers are given holds nothing back that a page needs, and no page asks another host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from explorer.base import PROJECT
from tests.e2e.serving import Server

pytestmark = pytest.mark.browser

PAGES = ["", "map", "image", "diagnose", "compare", "models"]
APP = str(PROJECT / "app.py")
SHOWN = {"": '[data-testid="live-decoder"][data-z]', "map": '[data-testid="latent-map"] .main-svg'}
WATCH = """
import os, socket
look_up = socket.getaddrinfo

def watched(host, *rest, **named):
    with open(os.environ["LOOKED_UP"], "a") as file:
        print(host, file=file)
    return look_up(host, *rest, **named)

socket.getaddrinfo = watched
open(os.environ["LOOKED_UP"], "a").close()
"""  # what the server's process looks up


def said(message: ConsoleMessage) -> str:
    """An error in the console; Streamlit's looking for its base path below a page's own is none."""
    looking = f"{message.location['url']}".split("/")[-2:] in (["_stcore", "health"], ["_stcore", "host-config"])
    return "" if looking or message.type != "error" else message.text


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_an_error_in_the_console(new_page: Callable[..., Page], app_url: str, path: str) -> None:
    page = new_page()
    words: list[str] = []
    page.on("console", lambda message: words.append(said(message)))
    page.goto(f"{app_url}/{path}")
    expect(page.locator("h1").first).to_be_visible()
    if path in SHOWN:
        expect(page.locator(SHOWN[path]).first).to_be_visible()
    expect(page.locator('[data-testid="stStatusWidget"]')).to_have_count(0)
    expect(page.locator(".no-webgl")).to_have_count(0)  # what plotly.js shows in place of points that it cannot draw
    assert list(filter(None, words)) == []


@pytest.mark.parametrize(
    ("command", "base"), [((APP,), ""), ((APP,), "tools/vae"), (("-m", "streamlit", "run", APP), "")]
)
def test_from_an_empty_folder_it_looks_the_same_and_asks_nobody_else(
    new_page: Callable[..., Page], tmp_path: Path, command: tuple[str, ...], base: str
) -> None:
    (empty := tmp_path / "empty").mkdir()
    (watch := tmp_path / "watch").mkdir()
    (watch / "sitecustomize.py").write_text(WATCH)
    looked_up = tmp_path / "looked-up.txt"
    environment = {"PYTHONPATH": str(watch), "LOOKED_UP": str(looked_up)}
    own = Server(tmp_path, command, empty, **environment, **({"STREAMLIT_SERVER_BASE_URL_PATH": base} if base else {}))
    own.start()
    try:
        assert f"{own.url}\n" in own.log()
        page = new_page()
        hosts: set[str | None] = set()
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
        page.goto(own.url)
        expect(page.locator(SHOWN[""]).first).to_be_visible()
        assert hosts - {None} == {"localhost"}  # None: data and blobs
        expect(page.get_by_text("Deploy")).to_have_count(0)
        colour = page.locator(".stApp").evaluate("app => getComputedStyle(app).backgroundColor")
        assert colour == "rgb(251, 251, 250)"
    finally:
        own.stop()
    assert set(looked_up.read_text().splitlines()) <= {"localhost", "127.0.0.1", "0.0.0.0", "::", "None"}
