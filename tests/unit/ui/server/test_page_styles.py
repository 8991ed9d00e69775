"""What is inserted into pages, and that all else passes as it is."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.ui.server.page_styles import STYLE, PageStyles

PAGE = "<html><head></head><body><div id='root'>ü</div></body></html>"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """An app with a page in a file, a script, text without a body, and a compressed page."""
    file = tmp_path / "index.html"
    file.write_text(PAGE, encoding="utf-8")

    async def page(_: Request) -> Response:
        return FileResponse(file)

    async def other(request: Request) -> Response:
        kind = request.path_params["kind"]
        if kind == "compressed":
            return Response(gzip.compress(PAGE.encode()), media_type="text/html", headers={"content-encoding": "gzip"})
        return Response(PAGE, media_type=f"text/{kind}")

    routes = [Route("/", page), Route("/{kind}", other)]
    within = [Middleware(PageStyles), Middleware(GZipMiddleware, minimum_size=1)]
    return TestClient(Starlette(routes=routes, middleware=within))


def test_a_page_has_the_styles_last(client: TestClient) -> None:
    reply = client.get("/", headers=BROWSER)
    style = f"<style>{STYLE.read_text('utf-8')}</style>"
    assert reply.text == f"<html><head></head><body><div id='root'>ü</div>{style}</body></html>"
    assert int(reply.headers["content-length"]) == len(reply.content)


def test_a_page_is_never_said_to_be_as_it_was(client: TestClient) -> None:
    tag = client.get("/", headers={"accept": "*/*"}).headers["etag"]
    reply = client.get("/", headers=BROWSER | {"if-none-match": tag, "range": "bytes=0-3"})
    assert (reply.status_code, "etag" in reply.headers) == (200, False)
    assert "<style>" in reply.text


def test_the_head_of_a_page_says_no_length_that_is_not_so(client: TestClient) -> None:
    reply = client.head("/", headers=BROWSER)
    assert (reply.status_code, reply.content) == (200, b"")
    assert "content-length" not in reply.headers


@pytest.mark.parametrize(("path", "accept"), [("/plain", "text/html"), ("/html", "*/*"), ("/compressed", "text/html")])
def test_all_else_passes(path: str, accept: str, client: TestClient) -> None:
    assert client.get(path, headers={"accept": accept}).text == PAGE
