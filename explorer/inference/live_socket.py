"""The WebSocket protocol around the decode service (docs/live.md).

A socket is bound to one run by an unguessable handle, which a page issues. In: uint32 sequence number and float32 z,
little-endian. Out: the same number and the picture's uint8 pixels [C, H, W]. Only the newest z of a socket is kept
while one is being decoded. Pictures are of the run's present weights; a text message tells the page when these are no
more those that its handle was issued for. Whatever does not fit closes the socket with a code and one line in the log.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from explorer.base import ExplorerError, is_our_page, settings
from explorer.inference.decoding import decode_service, load_with_model
from explorer.inference.latent_space import home
from explorer.runs import LoadedRun, Run, weights_replaced

if TYPE_CHECKING:
    from models import VAE

log = logging.getLogger("explorer.inference.live_socket")

ROUTE = "/live-decoder"
BAD_MESSAGE, FOREIGN, UNKNOWN, IDLE, RESHAPED, TOO_MANY, GONE, STALLED = 4400, 4403, 4404, 4408, 4409, 4429, 4503, 4504
HANDLE_LIFE_S = 12 * 3600
MAX_HANDLES = 10_000
MAX_RATE = 2000  # messages a second; a pointer makes 60 to 1000
IDLE_S = 600.0
SEND_S = 10.0  # a client that does not read for so long is let go
MAX_Z = 1000.0


class RefusedError(Exception):
    """The socket must close with this code; the reason is for the log and the client."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class Handles:
    """Which run, with which weights, each unguessable handle stands for. Bounded, with an end; thread-safe."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.entries: OrderedDict[str, tuple[LoadedRun, float]] = OrderedDict()

    def issue(self, run: LoadedRun) -> str:
        """A new handle for a page that shows ``run``."""
        handle = secrets.token_urlsafe(24)
        with self.lock:
            self.entries[handle] = (run, time.monotonic() + HANDLE_LIFE_S)
            while len(self.entries) > MAX_HANDLES:
                self.entries.popitem(last=False)
        return handle

    def knows(self, handle: str) -> bool:
        """Whether the handle is known and has not expired."""
        return self.entry(handle) is not None

    def run(self, handle: str) -> LoadedRun:
        """The run as the handle's page shows it; RefusedError when the handle is unknown or has expired."""
        found = self.entry(handle)
        if found is None:
            raise RefusedError(UNKNOWN, "unknown or expired handle")
        return found

    def entry(self, handle: str) -> LoadedRun | None:
        """The run of the handle, read once: others issue handles meanwhile, which push out the oldest."""
        with self.lock:
            run, end = self.entries.get(handle, (None, 0.0))
        return run if time.monotonic() < end else None


HANDLES = Handles()


class Newest:
    """A place for one request: a newer one replaces what has not been taken yet."""

    def __init__(self) -> None:
        self.value: tuple[int, NDArray[np.float32]] | None = None
        self.there = asyncio.Event()

    def put(self, value: tuple[int, NDArray[np.float32]]) -> None:
        """Leave a request."""
        self.value = value
        self.there.set()

    async def take(self) -> tuple[int, NDArray[np.float32]]:
        """Wait for a request and take it."""
        await self.there.wait()
        self.there.clear()
        assert self.value is not None
        return self.value


class LiveSockets:
    """The route's endpoint; counts the sockets that are served."""

    def __init__(self) -> None:
        self.open = 0

    async def endpoint(self, socket: WebSocket) -> None:
        """Serve one socket to its end.

        A foreign page is refused before the socket is accepted, by HTTP. Other refusals come after: of a refused
        handshake browsers tell a page nothing, and without the code it would not know what to do next.
        """
        who = socket.client.host if socket.client else "?"
        if not same_origin(socket):
            log.warning("%s refused: foreign origin %r", who, socket.headers.get("origin", "")[:200])
            await socket.close(FOREIGN)
            return
        await socket.accept()
        try:
            with self.place():
                await self.serve(socket)
        except* WebSocketDisconnect:
            pass
        except* RefusedError as refusals:  # from either half of the conversation
            refusal = refusals.exceptions[0]
            assert isinstance(refusal, RefusedError)
            log.warning("%s closed: %s", who, refusal.reason)
            await close(socket, refusal)

    @contextmanager
    def place(self) -> Iterator[None]:
        """One of the places for sockets, which a refused one does not take; RefusedError when there is none."""
        if self.open >= settings().max_sockets:
            raise RefusedError(TOO_MANY, f"more than {settings().max_sockets} sockets")
        self.open += 1
        try:
            yield
        finally:
            self.open -= 1

    async def serve(self, socket: WebSocket) -> None:
        """Read and answer until the client leaves; RefusedError for what does not fit."""
        shown = HANDLES.run(socket.query_params.get("handle", ""))
        run, model = await warm(shown.run)
        await tell(socket, shown, run)
        newest = Newest()
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(answer(socket, run, model, newest))
            await read(socket, model.code, newest)
            answering.cancel()


live_sockets = LiveSockets()


def same_origin(socket: WebSocket) -> bool:
    """Whether the page that opens the socket came from this server (or from an origin the settings allow)."""
    origin = socket.headers.get("origin", "")
    return is_our_page(origin, socket.headers.get("host", "")) or origin in settings().origins


async def close(socket: WebSocket, refusal: RefusedError) -> None:
    """Close with the code; a client that reads nothing does not hold us up."""
    try:
        async with asyncio.timeout(1.0):
            await socket.close(refusal.code, refusal.reason[:100])
    except (TimeoutError, RuntimeError, WebSocketDisconnect):
        return


async def warm(run: Run) -> tuple[LoadedRun, VAE]:
    """The run as it is now and its model; RefusedError where that cannot be loaded."""
    try:
        return await run_in_threadpool(load_with_model, run)
    except ExplorerError as error:
        raise RefusedError(GONE, str(error)) from error


async def tell(socket: WebSocket, shown: LoadedRun, now: LoadedRun) -> None:
    """Tell a page that shows ``shown`` when the run has other weights now.

    RefusedError where these take another z or make pictures of another size than the page's.
    """
    if now.weights_sha256 == shown.weights_sha256:
        return
    if (len(home(now)), now.data.shape) != (len(home(shown)), shown.data.shape):
        raise RefusedError(RESHAPED, f"{now.name} has a model of another size by now")
    log.info("%s has new weights: %s", now.name, now.version)
    await in_time(socket.send_json({"weights": now.version}))


async def in_time(sending: Coroutine[None, None, None]) -> None:
    """Wait until a message is sent; RefusedError when the client does not read it."""
    try:
        # not wait_for: until Python 3.12 it may swallow a cancellation, and the socket would never close
        async with asyncio.timeout(SEND_S):
            await sending
    except TimeoutError as error:
        raise RefusedError(STALLED, "the client does not read") from error


async def read(socket: WebSocket, code: int, newest: Newest) -> None:
    """Check every message, which holds a z of ``code`` numbers, and keep the newest; returns when the client leaves."""
    window, count = time.monotonic(), 0
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                message = await socket.receive()
        except TimeoutError as error:
            raise RefusedError(IDLE, "idle") from error
        if message["type"] == "websocket.disconnect":
            return
        now = time.monotonic()
        if now - window >= 1:
            window, count = now, 0
        count += 1
        if count > MAX_RATE:
            raise RefusedError(TOO_MANY, f"more than {MAX_RATE} messages a second")
        newest.put(parse(message.get("bytes"), code))


def parse(message: bytes | None, latent: int) -> tuple[int, NDArray[np.float32]]:
    """Sequence number and z, [K]; RefusedError for text, a wrong length, or values that are not finite or huge."""
    if message is None:
        raise RefusedError(BAD_MESSAGE, "text instead of binary")
    if len(message) != 4 + 4 * latent:
        raise RefusedError(BAD_MESSAGE, f"{len(message)} bytes instead of {4 + 4 * latent}")
    z = np.frombuffer(message, "<f4", offset=4)
    if not np.isfinite(z).all() or np.abs(z).max() > MAX_Z:
        raise RefusedError(BAD_MESSAGE, f"z is not finite or beyond {MAX_Z:g}")
    return struct.unpack_from("<I", message)[0], z.astype(np.float32)


async def answer(socket: WebSocket, run: LoadedRun, model: VAE, newest: Newest) -> None:
    """Decode the newest request with the run's present weights and send its picture, over and over."""
    service = decode_service()
    while True:
        seq, z = await newest.take()
        if weights_replaced(run):  # files that are gone or in the midst of a change are no new weights: it goes on
            shown, (run, model) = run, await warm(run.run)
            await tell(socket, shown, run)
        picture = await asyncio.wrap_future(service.submit(model, z))
        await in_time(socket.send_bytes(struct.pack("<I", seq) + picture.tobytes()))
