"""A pair of modules shown from Python, and what was chosen on the page, asked for in Python."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page, expect
from sklearn.datasets import load_digits
from torch import Tensor, nn

from explorer.runs import Run
from latent_explorer import ExplorerError, Session, frames, load, show
from latent_explorer.serving import DISPLAYS, free_port
from latent_explorer.session import SERVED
from latent_explorer.worker import WORKER
from tests.e2e.serving import WAIT_MS
from tests.e2e.test_map import MAP, choose
from tests.e2e.visitor import LIVE, at_rest, drag_over, drag_pad, open_live, z_of
from tests.helpers import wait_for

pytestmark = pytest.mark.browser

DIGITS = load_digits()
N = 300
SELECTED = f"() => document.querySelector('{MAP}').dataset.selected"


class Encoder(nn.Module):
    """Two pixels and their spread."""

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mu = torch.stack([x[:, 2:4, 2:4].mean((1, 2)), x[:, 4:6, 4:6].mean((1, 2))], 1) * 4 - 2
        return mu, torch.full_like(mu, -4.0)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The modules of this file in the app, with images from -1 to 1."""
    folder = tmp_path_factory.mktemp("session")
    torch.manual_seed(0)
    decoder = nn.Sequential(nn.Linear(2, 64), nn.Tanh())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(folder / "runs"))
        patch.setenv("EXPLORER_DATA", str(folder / "data"))
        patch.setenv("EXPLORER_PORT", str(free_port()))
        for name in DISPLAYS:
            patch.delenv(name, raising=False)
        patch.setenv(frames.ANCESTORS, ",".join(frames.NOTEBOOKS))  # as in a notebook
        images = DIGITS.images[:N] / 8 - 1
        with show(Encoder(), decoder, images, DIGITS.target[:N], pixels=(-1, 1), name="mine") as found:
            yield found
        WORKER.end()
        assert SERVED.app is None


def test_the_run_is_the_modules(session: Session) -> None:
    own = load("mine", pixels=(-1, 1))
    images = DIGITS.images[:N] / 8 - 1
    wanted = Encoder()(torch.tensor((images * 0.5 + 0.5) * 2 - 1, dtype=torch.float32))[0]
    np.testing.assert_allclose(own.transform(images), wanted, atol=1e-5)
    assert own.classes == tuple("0123456789")
    config = Run(Path(own.path)).config()
    assert config.imported is not None
    assert config.imported.source == ("Encoder", "Sequential")
    assert repr(session) == f"<Session mine: {session.url}>"


def test_the_sliders_are_asked_for(session: Session, page: Page) -> None:
    assert session.z().tolist() == [0, 0]
    open_live(page, "", session.url)
    assert len(drag_pad(page, 8)) >= 4
    page.wait_for_url("**z=*")
    at_rest(page)
    wait_for(lambda: bool(session.z().any()))
    np.testing.assert_allclose(session.z(), z_of(page), atol=1e-3)


def test_the_selection_is_of_the_images_that_were_shown(session: Session, page: Page) -> None:
    assert session.selection().tolist() == []
    page.goto(session.url.replace("/?", "/map?"))
    chart = page.locator(MAP)
    expect(chart).to_have_attribute("data-method", "tsne")  # the PCA is no longer only what stands until then
    choose(page, "PCA", "Projection")
    expect(chart).to_have_attribute("data-method", "pca")
    expect(chart).to_have_attribute("data-points", "270")  # nine in ten
    at_rest(page)
    page.locator("[data-tool=box]").click()
    drag_over(page, page.locator(f"{MAP} .map-stage"), (0.5, 0.99), (0.01, 0.01))
    wait_for(lambda: len(session.selection()) > 0)
    found = session.selection()
    assert 0 < len(found) < N
    assert not np.isin(found % 10, [9]).any()  # those that count as training images are not on this map
    mu = load("mine", pixels=(-1, 1)).transform(DIGITS.images[:N] / 8 - 1)
    shown = np.setdiff1d(np.arange(N), np.arange(9, N, 10))
    first = np.linalg.svd(mu[shown] - mu[shown].mean(0), full_matrices=False)[2][0]
    chosen = np.isin(shown, found)[np.argsort((mu[shown] - mu[shown].mean(0)) @ first)]
    if chosen[-1]:  # the map may have the axis the other way round
        chosen = chosen[::-1]
    assert (chosen == (np.arange(len(shown)) < len(found))).mean() > 0.95  # one half of the map, but for its margins


class Cell(BaseHTTPRequestHandler):
    """A notebook's page with a frame that shows ``address``."""

    address = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<iframe src="{self.address}" width="100%" height="{frames.HEIGHT}"></iframe>'.encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def notebook(session: Session) -> Iterator[int]:
    """The port of a server of such a page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnCell", (Cell,), {"address": session.url}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_it_works_in_the_frame_of_a_notebook(browser: Browser, notebook: int) -> None:
    with browser.new_page() as page:
        page.goto(f"http://127.0.0.1:{notebook}/")  # another site than localhost: the browser lends it no storage
        live = page.frame_locator("iframe").locator(LIVE)
        expect(live).to_have_attribute("data-z", re.compile(r"-?\d"), timeout=WAIT_MS)
        before = live.get_attribute("data-z")
        drag_over(page, page.frame_locator("iframe").locator(".pad"), (0.3, 0.3), (0.7, 0.6))
        expect(live).not_to_have_attribute("data-z", str(before), timeout=WAIT_MS)


def test_other_sessions_use_the_same_app(session: Session, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    app = SERVED.app
    other = show("digits-2d")
    assert SERVED.app is app
    assert capsys.readouterr().out == f"Latent Explorer: {other.url}\n"
    other.close()
    other.close()
    assert repr(other) == "<Session digits-2d: closed>"
    with pytest.raises(ExplorerError, match="The session is closed"):
        other.z()
    assert session.z().shape == (2,)
    with pytest.raises(ExplorerError, match="does not lie in the folder of the runs"):
        show(shutil.copytree(load("mine").path, tmp_path / "elsewhere"))


def test_a_session_whose_app_has_gone_says_so(session: Session) -> None:
    gone = show("digits-2d")
    app = SERVED.app
    assert app is not None
    app.process.kill()
    app.process.wait()
    gone.wait()  # returns
    with pytest.raises(ExplorerError, match="The session is closed"):
        gone.selection()
    with pytest.raises(ExplorerError, match="The app of this session does not answer"):
        session.selection()
