"""A real server and a real browser. Nothing here waits for a fixed time where a condition can be waited for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright

from explorer.base.runtime_settings import PROJECT
from tests.e2e.serving import FLAGS, WAIT_MS, Server, chromium_path

SCREENSHOTS = PROJECT / "screenshots"
# An error for all that the security policy holds back, which a script may catch, and then do without.
HELD_BACK = """document.addEventListener("securitypolicyviolation", (held) => setTimeout(() => {
    throw new Error(`held back: ${held.blockedURI} by ${held.violatedDirective}`);
}));"""
# The first page of a tab moves by itself until it is touched; tests begin at rest, but for those of this.
GREETED = "try { sessionStorage.setItem('latent-explorer-greeted', '1'); } catch {}"
STORAGE = "cookies,local_storage,indexeddb,cache_storage,service_workers,file_systems"
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="session")
def common_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of all modules of this process that have none of their own."""
    yield from running(Server(tmp_path_factory.mktemp("common")))


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with runs and data roots of its own, where the shipped runs are and what tests put there.

    A module that trains, or stops it, has one to itself by the mark ``own_server``. The others share one: they look at
    runs whose names no other module takes, or at ``fresh``, which nobody changes.
    """
    if request.node.get_closest_marker("own_server"):
        own = running(Server(tmp_path_factory.mktemp("server")))
    else:
        own = iter([request.getfixturevalue("common_server")])
    for one in own:
        yield one
        assert "Traceback" not in one.faults(), one.log()


def running(own: Server) -> Iterator[Server]:
    """The server, from its start to its end."""
    own.start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def fresh(server: Server, trained_path: Path) -> str:
    """The name of a trained run among the server's that nobody changes."""
    path = server.folder / "runs" / "fresh"
    if not path.exists():
        shutil.copytree(trained_path, path)
    return path.name


@pytest.fixture
def app_url(server: Server) -> str:
    """The server's address."""
    return server.url


@pytest.fixture(scope="session")
def chromium() -> Iterator[BrowserType]:
    """What starts browsers."""
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """Chromium or Chrome where one is installed, else Playwright's own."""
    own = chromium.launch(executable_path=chromium_path(), args=FLAGS)
    yield own
    own.close()


@pytest.fixture(scope="session")
def profile(chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """A browser that keeps what it has fetched and compiled from test to test: a page costs it a third less."""
    own = chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"), executable_path=chromium_path(), args=FLAGS
    )
    yield own
    own.close()


def forget(profile: BrowserContext, page: Page) -> None:
    """Close the page, and leave nothing of its visitor: cookies, permissions, storage."""
    at = urlsplit(page.url)
    if at.scheme == "http":
        origin = {"origin": f"{at.scheme}://{at.netloc}", "storageTypes": STORAGE}
        profile.new_cdp_session(page).send("Storage.clearDataForOrigin", origin)
    page.close()
    profile.clear_cookies()
    profile.clear_permissions()


def outside(url: str) -> list[str]:
    """What is wrong with a request that leaves this machine: the app needs no internet."""
    ours = url.startswith(("http://localhost:", "ws://localhost:", "data:", "blob:"))
    return [] if ours else [f"asked outside: {url}"]


@pytest.fixture
def new_page(profile: BrowserContext, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens pages, each of a visitor of its own, that fail the test when a script fails or asks outside."""
    opened: list[Page] = []
    errors: list[str] = []

    def open_page(width: int = 1280, height: int = 800, scheme: str = "light", greeted: bool = True) -> Page:
        page = request.getfixturevalue("browser").new_page() if opened else profile.new_page()
        opened.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_default_timeout(WAIT_MS)
        page.add_init_script(HELD_BACK)
        if greeted:
            page.add_init_script(GREETED)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: errors.extend(outside(request.url)))
        return page

    yield open_page
    for page in opened[1:]:
        page.close()
    for page in opened[:1]:
        forget(profile, page)
    assert not errors, errors


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A page of 1280 x 800, light."""
    return new_page()


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Keeps a picture of a page in the ignored folder ``screenshots``."""

    def keep(page: Page, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return keep
