"""A run whose folder a person has renamed, on every page, in links and on the live socket."""

from __future__ import annotations

import shutil

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient

from explorer.base import PROJECT
from explorer.inference.live_socket import ROUTE, live_sockets
from explorer.runs.run import Run
from tests.helpers import digit_picture, encoded
from tests.pages.page import live_payload, open_page, upload, words

NAME = "my run *ü* [50%] & <b>, $x$"
PAGES = sorted(path.stem for path in (PROJECT / "pages").glob("*.py"))
pytestmark = pytest.mark.usefixtures("shipped_root")


@pytest.fixture
def renamed(trained: Run) -> Run:
    """The trained run under another name, beside one with the name that it had."""
    shutil.copytree(trained.path, trained.path.with_name(NAME))
    return Run(trained.path.with_name(NAME))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_by_its_link(page: str, renamed: Run) -> None:
    app = open_page("" if page == "explore" else page, query={"model": NAME, "run": NAME, "with": ["tiny"]})
    assert app.selectbox(key="model").value == NAME
    assert "my run \\*ü\\* \\[50%\\] & \\<b\\>, \\$x\\$" in words(app)


def test_an_upload_goes_through_it(renamed: Run) -> None:
    upload(open_page("image", query={"model": NAME}), "one.png", encoded(digit_picture()))


def test_its_live_socket_answers(renamed: Run) -> None:
    header, _ = live_payload(open_page(query={"model": NAME}))
    assert header["run"] == NAME
    origin = {"origin": "http://testserver"}
    with (
        TestClient(Starlette(routes=[WebSocketRoute(ROUTE, live_sockets.endpoint)])) as client,
        client.websocket_connect(f"{ROUTE}?handle={header['handle']}", headers=origin) as session,
    ):
        session.send_bytes(bytes(4 + 8))
        assert len(session.receive_bytes()) > 8 * 8
