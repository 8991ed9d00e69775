"""The header that has a browser ask for a page's modules early."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from explorer.ui.components.modules import module_routes, modules_of
from explorer.ui.components.preload import PRELOADED, PreloadModules


async def page(_: Request) -> Response:
    """Any page."""
    return Response("page", headers={"Link": "</other>; rel=next"})


async def greet(socket: WebSocket) -> None:
    """Any socket."""
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


def client() -> TestClient:
    """An app with pages at every path, a socket, and the modules."""
    routes = [*module_routes(), WebSocketRoute("/", greet), Route("/{path:path}", page)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(PreloadModules)]))


def linked(headers: Mapping[str, str]) -> list[str]:
    """The addresses that the header names as modules."""
    return re.findall(r"<([^>]+)>; rel=modulepreload", headers.get("link", ""))


@pytest.mark.parametrize("path", PRELOADED)
def test_a_page_names_its_modules_and_each_is_served(path: str) -> None:
    app = client()
    reply = app.get(path)
    assert reply.text == "page"
    assert "</other>; rel=next" in reply.headers["link"], "what was there stays"
    found = linked(reply.headers)
    wanted = {name for component in PRELOADED[path] for name in modules_of(component)}
    assert {url.split("/", 3)[3] for url in found} == wanted
    assert len(found) == len(wanted) > 5
    assert all(app.get(url).status_code == 200 for url in found)


@pytest.mark.parametrize(
    "path", ["/train", "/map/", "/map/more", "/_stcore/health", "/component-modules/x/live/live.js"]
)
def test_nothing_else_does(path: str) -> None:
    assert linked(client().get(path).headers) == []


def test_a_socket_at_the_same_path_is_left_alone() -> None:
    with client().websocket_connect("/") as socket:
        assert socket.receive_text() == "hello"


def test_a_base_path_stands_before_pages_and_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda name: "tools/vae")
    app = client()
    found = linked(app.get("/tools/vae/map").headers)
    assert found
    assert all(url.startswith("/tools/vae/component-modules/") for url in found)
    assert linked(app.get("/map").headers) == []
