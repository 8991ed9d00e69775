"""The decoder of a run for the engine in the browser, over HTTP (docs/live.md).

An address holds a hash of the weights and of what else the pictures depend on: what it serves never changes, and
browsers may keep it for good. Only runs that a page of this process has shown are served, and only to our pages.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from explorer.base import ExplorerError, Refusal, is_our_page, settings
from explorer.inference import model_of
from explorer.runs import LoadedRun
from explorer.ui.components.base_path import below_base

DECODERS = "/decoders"
VERSION = 1  # of what is made of a run: another one for other programs
MAX_OFFERED, MAX_KEPT = 512, 8
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Decoders:
    """The runs whose decoders may be fetched, by their hash, and the last decoders that were made. Thread-safe."""

    def __init__(self) -> None:
        self.lock = threading.Lock()  # of the tables
        self.making = threading.Lock()  # one at a time: each takes a processor for a while
        self.offered: OrderedDict[str, LoadedRun] = OrderedDict()
        self.made: OrderedDict[str, bytes | Refusal] = OrderedDict()

    def offer(self, run: LoadedRun) -> str:
        """The hash of the decoder of ``run``, which can be fetched from now on."""
        facts = [VERSION, run.weights_sha256, asdict(run.model)]
        key = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:40]
        with self.lock:
            self.offered[key] = run
            self.offered.move_to_end(key)
            while len(self.offered) > MAX_OFFERED:
                self.offered.popitem(last=False)
        return key

    def find(self, key: str) -> LoadedRun | None:
        """The run of a hash that was offered."""
        with self.lock:
            return self.offered.get(key)

    def decoder(self, key: str, run: LoadedRun) -> bytes | Refusal:
        """The packed decoder of ``run``, or why it is not sent. Raises ExplorerError where its weights are gone."""
        with self.making:
            if key not in self.made:
                self.made[key] = made(run)
                while len(self.made) > MAX_KEPT:
                    self.made.popitem(last=False)
            self.made.move_to_end(key)
            return self.made[key]


OFFERED = Decoders()


def made(run: LoadedRun) -> bytes | Refusal:
    """As ``Decoders.decoder``."""
    from explorer.exporting.decoder_program import decoder_for_browsers

    model = model_of(run)
    try:
        return decoder_for_browsers(model, run.model.name).content
    except ExplorerError as error:
        return error.refusal


def decoder_url(run: LoadedRun) -> str | None:
    """Where the decoder of ``run`` is fetched; None where weights do not leave the server (``EXPLORER_WEIGHTS``)."""
    return below_base(f"{DECODERS}/{OFFERED.offer(run)}") if settings().shares_weights else None


def decoder_refusal(run: LoadedRun) -> Refusal | None:
    """Why browsers cannot decode with the decoder of ``run``; None where they can."""
    decoder = OFFERED.decoder(OFFERED.offer(run), run)
    return decoder if isinstance(decoder, Refusal) else None


async def send_decoder(request: Request) -> Response:
    """The packed decoder; 404 for a hash that was not offered, 422 with the reason where it cannot be sent."""
    origin = request.headers.get("origin")
    if origin is not None and not is_our_page(origin, request.headers.get("host", "")):
        return Response(status_code=403)
    key = request.path_params["key"]
    run = OFFERED.find(key)
    if run is None or not settings().shares_weights:
        return Response(status_code=404)
    try:
        decoder = await run_in_threadpool(OFFERED.decoder, key, run)
    except ExplorerError as error:
        return PlainTextResponse(str(error), status_code=404)
    if isinstance(decoder, Refusal):
        return PlainTextResponse(str(decoder), status_code=422)
    return Response(decoder, media_type="application/octet-stream", headers=HEADERS)


def decoder_routes() -> list[Route]:
    """The route, for the app to serve."""
    return [Route(below_base(DECODERS) + "/{key}", send_decoder)]
