"""Visitors without a browser: each opens a session, has the page drawn, fetches decoder and modules, and stays.

usage: page_visitors.py URL QUERY DECODER N    prints one JSON object once all are there; leaves when its input ends
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

AT_ONCE = 4


async def visit(url: str, query: str, decoder: str, turn: asyncio.Semaphore, seconds: list[float]) -> ClientConnection:
    """One visitor; the connection stays open. ``seconds`` takes the time until page and decoder are there."""
    async with turn:
        began = time.monotonic()
        await asyncio.to_thread(fetch, url)
        socket = await connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=Origin(url),
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
        )
        asked = BackMsg()
        asked.rerun_script.query_string = query
        await socket.send(asked.SerializeToString())
        while not finished(await socket.recv()):
            pass
        await asyncio.to_thread(fetch, decoder)
        seconds.append(time.monotonic() - began)
        return socket


def finished(message: Any) -> bool:
    """Whether a message says that the script has ended."""
    told = ForwardMsg()
    told.ParseFromString(message)
    return bool(told.WhichOneof("type") == "script_finished")


def fetch(url: str) -> int:
    """The bytes of an address."""
    with urllib.request.urlopen(url, timeout=60) as reply:
        return len(reply.read())


async def stay(socket: ClientConnection) -> None:
    """Read what comes, as a browser does."""
    async for _ in socket:
        pass


async def main() -> None:
    """All visitors, a few at a time; then they stay until standard input ends."""
    url, query, decoder, n = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    turn, seconds = asyncio.Semaphore(AT_ONCE), list[float]()
    sockets = await asyncio.gather(*(visit(url, query, decoder, turn, seconds) for _ in range(n)))
    staying = [asyncio.create_task(stay(socket)) for socket in sockets]
    p50, p95 = (round(float(value), 2) for value in np.percentile(seconds, [50, 95]))
    print(json.dumps({"came": len(sockets), "p50_s": p50, "p95_s": p95, "at_once": AT_ONCE}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    assert not any(task.done() for task in staying), "a visitor was sent away"
    for task in staying:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
