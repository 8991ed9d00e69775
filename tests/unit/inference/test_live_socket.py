"""The WebSocket protocol: what it answers, and what it refuses."""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from explorer.base.runtime_settings import settings
from explorer.inference import live_socket as live
from explorer.inference.decoding import decode, model_of
from explorer.inference.live_socket import HANDLES, ROUTE, Newest, RefusedError, live_sockets, parse
from explorer.runs.loaded_run import load_run
from explorer.runs.run import WEIGHTS, Run

ORIGIN = {"origin": "http://testserver"}
T = TypeVar("T")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(Starlette(routes=[WebSocketRoute(ROUTE, live_sockets.endpoint)])) as test_client:
        yield test_client


def connect(client: TestClient, handle: str, **headers: str) -> WebSocketTestSession:
    return client.websocket_connect(f"{ROUTE}?handle={handle}", headers={**ORIGIN, **headers})


def message(seq: int, z: list[float]) -> bytes:
    return struct.pack(f"<I{len(z)}f", seq, *z)


def code_after(session: WebSocketTestSession) -> int:
    """The code the server closes with."""
    try:
        for _ in range(1000):
            session.receive_bytes()
    except WebSocketDisconnect as closed:
        return closed.code
    pytest.fail("the server did not close")


def test_answers_with_the_sequence_number_and_the_decoded_pixels(client: TestClient, trained: Run) -> None:
    z = np.array([[0.5, -1.25]], np.float32)
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        session.send_bytes(message(7, z[0].tolist()))
        reply = session.receive_bytes()
    assert struct.unpack_from("<I", reply)[0] == 7
    assert reply[4:] == decode(load_run(trained), z)[0].tobytes()


def test_a_handle_that_others_push_out_is_unknown_not_an_error(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    handles, run = live.Handles(), load_run(trained)
    monkeypatch.setattr(live, "MAX_HANDLES", 1)
    first = handles.issue(run)
    clock = time.monotonic

    def pushed_out() -> float:  # between the two looks that there once were
        handles.entries.pop(first, None)
        return clock()

    monkeypatch.setattr(time, "monotonic", pushed_out)
    assert handles.run(first) is run
    with pytest.raises(RefusedError):
        handles.run(first)


@pytest.mark.parametrize(
    "bad",
    [b"", b"\0" * 3, message(1, [0.0]), message(1, [0.0] * 3), message(1, [float("nan"), 0]),
     message(1, [float("inf"), 0]), message(1, [1e30, 0]), b"\xff" * 100_000],
    ids=["empty", "short", "one value", "three values", "nan", "infinity", "huge", "long"],
)  # fmt: skip
def test_closes_on_a_bad_message_with_one_log_line(
    client: TestClient, trained: Run, bad: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, "explorer.inference.live_socket"),
        connect(client, HANDLES.issue(load_run(trained))) as session,
    ):
        session.send_bytes(bad)
        assert code_after(session) == live.BAD_MESSAGE
    assert len(caplog.records) == 1


def test_closes_on_text(client: TestClient, trained: Run) -> None:
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        session.send_text("0,0")
        assert code_after(session) == live.BAD_MESSAGE


def test_a_foreign_or_missing_origin_is_not_let_in(client: TestClient, trained: Run) -> None:
    handle = HANDLES.issue(load_run(trained))
    for origin in ("https://evil.example", "http://testserver.evil.example", "null", ""):
        with pytest.raises(WebSocketDisconnect), connect(client, handle, origin=origin):
            pass


def test_an_origin_of_the_settings_is_let_in(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_ORIGINS", "https://proxy.example https://other.example")
    settings.cache_clear()
    with connect(client, HANDLES.issue(load_run(trained)), origin="https://proxy.example") as session:
        session.send_bytes(message(1, [0, 0]))
        assert session.receive_bytes()


def test_a_refused_socket_takes_no_place(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    places = []

    async def slow_close(*_: object) -> None:
        places.append(live_sockets.open)

    monkeypatch.setattr(live, "close", slow_close)
    with connect(client, "nonsense"):
        pass
    assert places == [0]


@pytest.mark.parametrize("handle", ["", "nonsense", "../tiny", "tiny"])
def test_an_unknown_handle_closes(client: TestClient, trained: Run, handle: str) -> None:
    with connect(client, handle) as session:
        assert code_after(session) == live.UNKNOWN


def test_an_expired_handle_closes(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HANDLE_LIFE_S", 0.0)
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        assert code_after(session) == live.UNKNOWN


def test_handles_are_bounded(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_HANDLES", 3)
    handles = live.Handles()
    issued = [handles.issue(load_run(trained)) for _ in range(5)]
    assert len(set(issued)) == 5
    assert [handles.knows(handle) for handle in issued] == [False, False, True, True, True]


def test_a_flood_is_closed(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_RATE", 10)  # so low that even a slow machine sends more in a second
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        for seq in range(500):
            session.send_bytes(message(seq, [0, 0]))
        assert code_after(session) == live.TOO_MANY


def test_too_many_sockets_are_refused_and_places_come_free(
    client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_MAX_SOCKETS", "1")
    settings.cache_clear()
    with connect(client, HANDLES.issue(load_run(trained))) as first:
        first.send_bytes(message(1, [0, 0]))
        first.receive_bytes()
        with connect(client, HANDLES.issue(load_run(trained))) as second:
            assert code_after(second) == live.TOO_MANY
    deadline = time.monotonic() + 5
    while live_sockets.open and time.monotonic() < deadline:
        time.sleep(0.01)
    with connect(client, HANDLES.issue(load_run(trained))) as third:
        third.send_bytes(message(1, [0, 0]))
        assert third.receive_bytes()


def test_an_idle_socket_is_closed(client: TestClient, trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "IDLE_S", 0.05)
    with connect(client, HANDLES.issue(load_run(trained))) as session:
        assert code_after(session) == live.IDLE


def test_a_missing_model_closes_and_one_in_use_goes_on(client: TestClient, trained: Run) -> None:
    handle = HANDLES.issue(load_run(trained))
    with connect(client, handle) as before:
        before.send_bytes(message(1, [0, 0]))
        before.receive_bytes()
        (trained.path / WEIGHTS).unlink()
        (trained.path / "status.json").unlink()
        with connect(client, handle) as after:
            assert code_after(after) == live.GONE
        before.send_bytes(message(2, [1, 1]))
        assert before.receive_bytes()[:4] == struct.pack("<I", 2)


def finished(work: Coroutine[Any, Any, T]) -> T:
    """Its result, in a thread of its own: once a browser was started, this one has an event loop already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Deaf:
    """A client that never reads: what is sent to it never arrives."""

    async def send_bytes(self, content: bytes) -> None:
        await asyncio.Event().wait()


def test_a_client_that_never_reads_is_let_go(trained: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SEND_S", 0.05)

    async def go() -> None:
        newest = Newest()
        newest.put((1, np.zeros(2, np.float32)))
        run = load_run(trained)
        await live.answer(Deaf(), run, model_of(run), newest)  # type: ignore[arg-type]

    with pytest.raises(RefusedError) as refused:
        finished(go())
    assert refused.value.code == live.STALLED


def test_newest_wins() -> None:
    async def go() -> int:
        newest = Newest()
        for seq in range(5):
            newest.put((seq, np.zeros(2, np.float32)))
        return (await newest.take())[0]

    assert finished(go()) == 4


def test_other_visitors_feel_nothing_of_a_bad_one(client: TestClient, trained: Run) -> None:
    with connect(client, HANDLES.issue(load_run(trained))) as good:
        for seq in range(20):
            with connect(client, HANDLES.issue(load_run(trained))) as bad:
                bad.send_bytes(b"\xff" * (seq + 1))
                assert code_after(bad) == live.BAD_MESSAGE
            good.send_bytes(message(seq, [0, 0]))
            assert good.receive_bytes()[:4] == struct.pack("<I", seq)


@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    strategies.one_of(strategies.none(), strategies.binary(max_size=40), strategies.binary(min_size=12, max_size=12))
)
def test_fuzz_a_message_is_parsed_or_refused(content: bytes | None) -> None:
    fits = content is not None and len(content) == 12
    z = np.frombuffer(content[4:], "<f4") if fits and content else np.empty(0)
    if fits and np.isfinite(z).all() and np.abs(z).max() <= live.MAX_Z:
        assert content is not None
        assert parse(content, 2)[0] == struct.unpack_from("<I", content)[0]
    else:
        with pytest.raises(RefusedError) as refused:
            parse(content, 2)
        assert refused.value.code == live.BAD_MESSAGE
