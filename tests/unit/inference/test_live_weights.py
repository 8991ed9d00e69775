"""A live socket whose run gets new weights: its pictures are the new ones, and its page is told once."""

from __future__ import annotations

import json
import logging
import struct
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from explorer.inference import live_socket as live
from explorer.inference.decoding import decode
from explorer.inference.live_socket import HANDLES, ROUTE, live_sockets
from explorer.runs import run as runs
from explorer.runs.loaded_run import load_run
from explorer.runs.run import WEIGHTS, Run
from explorer.training.train_run import train_new
from tests.helpers import replace_weights, tiny_config

Z = np.array([[0.5, -1.25]], np.float32)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[WebSocketRoute(ROUTE, live_sockets.endpoint)])) as test_client:
        yield test_client


def connect(client: TestClient, handle: str) -> WebSocketTestSession:
    return client.websocket_connect(f"{ROUTE}?handle={handle}", headers={"origin": "http://testserver"})


def ask(session: WebSocketTestSession, seq: int) -> None:
    session.send_bytes(struct.pack("<I2f", seq, *Z[0]))


def picture(run: Run) -> bytes:
    """What the run's present weights make of Z."""
    return decode(load_run(run), Z)[0].tobytes()


def told(session: WebSocketTestSession) -> str:
    """The version that the next message names."""
    return str(json.loads(session.receive_text())["weights"])


def test_new_weights_are_told_once_and_used_from_then_on(client: TestClient, trained: Run) -> None:
    before = picture(trained)
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        ask(session, 1)
        assert session.receive_bytes()[4:] == before
        replace_weights(trained)
        after = picture(trained)
        assert after != before
        ask(session, 2)
        assert told(session) == load_run(trained).version
        for seq in (2, 3, 4):
            reply = session.receive_bytes()  # a second text message would fail here
            assert struct.unpack_from("<I", reply)[0] == seq
            assert reply[4:] == after
            ask(session, seq + 1)


def test_a_page_that_was_drawn_before_the_new_weights_is_told_at_once(client: TestClient, trained: Run) -> None:
    handle = HANDLES.issue(load_run(trained))
    replace_weights(trained)
    with connect(client, handle) as session:
        assert told(session) == load_run(trained).version
        ask(session, 1)
        assert session.receive_bytes()[4:] == picture(trained)


def test_a_heartbeat_is_no_news(client: TestClient, trained: Run) -> None:
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        for seq in range(3):
            trained.write_status(replace(trained.status(), state="running", heartbeat=float(seq)))
            ask(session, seq)
            assert session.receive_bytes()[4:] == picture(trained)


def test_messages_parse_no_json_while_the_files_are_the_same(
    client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        ask(session, 0)
        session.receive_bytes()
        monkeypatch.setattr(runs, "read_json", lambda path: pytest.fail(f"{path} was parsed"))
        for seq in range(1, 50):
            ask(session, seq)
            assert session.receive_bytes()[:4] == struct.pack("<I", seq)


def test_a_model_of_another_size_closes_with_a_code_of_its_own(client: TestClient, trained: Run) -> None:
    other = train_new(tiny_config(latent=3), "other", lambda _: None, lambda: False)
    handle = HANDLES.issue(load_run(trained))
    with connect(client, handle) as session:
        ask(session, 1)
        session.receive_bytes()
        for name in (WEIGHTS, "config.json", "status.json"):
            (other.path / name).replace(trained.path / name)
        ask(session, 2)
        with pytest.raises(WebSocketDisconnect) as closed:
            session.receive_bytes()
    assert closed.value.code == live.RESHAPED
    with connect(client, handle) as again, pytest.raises(WebSocketDisconnect) as closed:
        again.receive_bytes()
    assert closed.value.code == live.RESHAPED


def test_new_weights_that_cannot_be_loaded_close_the_socket(
    client: TestClient, trained: Run, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "explorer.inference.live_socket"),
        connect(client, HANDLES.issue(load_run(trained))) as session,
    ):
        ask(session, 1)
        session.receive_bytes()
        trained.write_status(replace(trained.status(), weights_sha256="0" * 64))
        ask(session, 2)
        with pytest.raises(WebSocketDisconnect) as closed:
            session.receive_bytes()
    assert closed.value.code == live.GONE
    assert "checksum does not match" in caplog.text
