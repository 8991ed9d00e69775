"""What comes under a foreign name or from a foreign page reaches nothing of ours."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

import app
from explorer.base import settings
from explorer.ui.components.live import socket_path
from explorer.ui.components.map.served import plotly_url
from explorer.ui.components.modules import modules_url
from explorer.ui.server.allowed_hosts import is_our_host

STREAM = "/_stcore/stream"
PATHS = ["/", "/train", "/_stcore/health", "/_stcore/host-config", "/static/x.js", plotly_url(),
         f"{modules_url()}/live/live.js", "/not-there"]  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EXPLORER_RUNS", str(tmp_path_factory.mktemp("runs")))  # trainings that wait there begin
        settings.cache_clear()
        with TestClient(app.app, base_url="http://localhost:8501") as test_client:
            yield test_client


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that anything in this process looks up; no look-up succeeds."""
    names: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> None:
        names.append(host)
        raise socket.gaierror("no look-ups in this test")

    for function in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, function, look_up)
    monkeypatch.setattr(importlib.import_module("streamlit.net_util"), "_external_ip", None)
    return names


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_name_gets_nothing(client: TestClient, path: str) -> None:
    for host in ("evil.example:8501", "localhost.evil.example"):
        reply = client.get(path, headers={"host": host})
        assert (reply.status_code, "EXPLORER_HOSTS" in reply.text) == (400, True)
    assert client.get(path).status_code in (200, 404)


@pytest.mark.parametrize("path", [STREAM, socket_path()])
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example:8501", "origin": "http://evil.example:8501"},  # rebound to this machine
        {"host": "evil.example:8501"},
        {"host": "localhost:8501", "origin": "https://evil.example"},
        {"host": "localhost:8501", "origin": "http://localhost:9000"},
        {"host": "localhost:8501", "origin": "null"},
    ],
    ids=["rebound", "foreign host", "foreign page", "another port", "no origin"],
)
def test_a_foreign_page_opens_no_socket_and_nobody_is_asked(
    client: TestClient, path: str, headers: dict[str, str], asked: list[str]
) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(path, headers=headers):
        pass
    assert asked == []


def test_our_page_and_one_behind_a_proxy_open_streamlits_socket(
    client: TestClient, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", "vae.example.org")
    for origin in ("http://localhost:8501", "https://vae.example.org"):
        with client.websocket_connect(STREAM, ["streamlit"], headers={"host": "localhost:8501", "origin": origin}):
            pass
    assert asked == []


def test_an_origin_of_the_settings_opens_live_decoders_alone(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_ORIGINS", "https://friend.example")
    headers = {"host": "localhost:8501", "origin": "https://friend.example"}
    with client.websocket_connect(socket_path(), headers=headers):
        pass
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(STREAM, headers=headers):
        pass


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    for host in ("localhost:8501", "evil.example"):
        headers = client.get(path, headers={"host": host}).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8501", "LOCALHOST:1", "127.0.0.1:8501", "[::1]:8501", "[::1]", "vae.example.org",
     "10.0.0.7:80", "[fe80::1]:80"],
)  # fmt: skip
def test_local_and_named_hosts_are_ours(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", "VAE.example.org, 10.0.0.7,[fe80::1]")
    assert is_our_host(host)


@pytest.mark.parametrize(
    "host",
    ["", "evil.example", "evil.example:8501", "localhost.evil.example", "x.vae.example.org", "localhost:port",
     "localhost@evil.example", "evil.example@localhost", "localhost/x", "[::1", "localhost:99999", "0.0.0.0", "*"],
)  # fmt: skip
def test_any_other_host_is_not(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_HOSTS", "vae.example.org")
    assert not is_our_host(host)
