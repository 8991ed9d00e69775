"""What the map fetches over HTTP: only what was put on the shelf, under its handle, to be kept for good."""

from __future__ import annotations

import gzip

import plotly
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.ui.components.map import served
from explorer.ui.components.map.served import Content, Shelf, map_routes, offer, plotly_url


@pytest.fixture
def client() -> TestClient:
    """The routes alone."""
    return TestClient(Starlette(routes=map_routes()))


def letters(calls: list[int]) -> Content:
    """Three parts of one letter each; ``calls`` notes which were made."""

    def make(number: int) -> bytes:
        calls.append(number)
        return b"abc"[number : number + 1]

    return Content("text/x-letter", 3, make)


def test_a_part_is_made_when_it_is_asked_for_and_only_once(client: TestClient) -> None:
    calls: list[int] = []
    url = offer(letters(calls))
    assert calls == []
    for _ in range(2):
        reply = client.get(f"{url}/1")
        assert (reply.status_code, reply.content) == (200, b"b")
        assert reply.headers["content-type"].startswith("text/x-letter")
    assert calls == [1]
    assert "immutable" in reply.headers["cache-control"]
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/3", "/-1", "/x", "", "/1/2"])
def test_other_parts_are_not_there(client: TestClient, path: str) -> None:
    assert client.get(offer(letters([])) + path).status_code == 404


@pytest.mark.parametrize("handle", ["", "unknown", "..%2F..%2Fetc", "%00"])
def test_nothing_is_served_without_a_handle(client: TestClient, handle: str) -> None:
    assert client.get(f"{served.DATA_ROUTE}/{handle}/0").status_code == 404


def test_handles_cannot_be_guessed_and_name_nothing() -> None:
    handles = {letters([]).handle for _ in range(100)}
    assert len(handles) == 100
    assert all(len(handle) >= 32 for handle in handles)


def test_the_shelf_keeps_the_most_recently_offered() -> None:
    shelf, contents = Shelf(2), [letters([]) for _ in range(3)]
    for content in (contents[0], contents[1], contents[0], contents[2]):
        shelf.offer(content)
    found = [shelf.find(content.handle, 0) for content in contents]
    assert found == [contents[0], None, contents[2]]


def test_a_base_path_stands_before_every_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.get_option", lambda name: "/tools/vae/")
    client = TestClient(Starlette(routes=map_routes()))
    url = offer(letters([]))
    assert url.startswith("/tools/vae/map-data/")
    assert client.get(f"{url}/0").content == b"a"
    assert client.get(plotly_url()).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_plotly_comes_from_the_installed_package(client: TestClient, encoding: str) -> None:
    assert plotly.__version__ in plotly_url()
    with client.stream("GET", plotly_url(), headers={"accept-encoding": encoding}) as reply:
        raw = b"".join(reply.iter_raw())
    assert reply.headers.get("content-encoding", "identity") == encoding
    assert (gzip.decompress(raw) if encoding == "gzip" else raw) == served.PLOTLY.read_bytes()
    assert "immutable" in reply.headers["cache-control"]
