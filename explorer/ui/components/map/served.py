"""What the map component fetches over HTTP: plotly.js, and binary parts under unguessable handles.

No path and no name comes from outside: a handle stands for one ``Content`` of this process, a number for its part.
What a handle serves never changes, so browsers may keep it for good.
"""

from __future__ import annotations

import gzip
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import plotly
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.ui.components.base_path import below_base

DATA_ROUTE = "/map-data"
PLOTLY_ROUTE = f"/map-plotly-{plotly.__version__}.js"
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MAX_CONTENTS = 512
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class Content:
    """Binary parts, each made when first asked for; ``make`` may be called from any thread."""

    media: str
    parts: int
    make: Callable[[int], bytes]
    handle: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    made: dict[int, bytes] = field(default_factory=dict)

    def part(self, number: int) -> bytes:
        """One part; two threads that ask at once may both make it."""
        if number not in self.made:
            self.made[number] = self.make(number)
        return self.made[number]


class Shelf:
    """The contents that can be fetched, the most recently offered ones. Safe from many threads."""

    def __init__(self, size: int = MAX_CONTENTS) -> None:
        self.size = size
        self.lock = threading.Lock()
        self.contents: OrderedDict[str, Content] = OrderedDict()

    def offer(self, content: Content) -> str:
        """Keep it; returns the address of its parts, to which ``/<number>`` is added."""
        with self.lock:
            self.contents[content.handle] = content
            self.contents.move_to_end(content.handle)
            while len(self.contents) > self.size:
                self.contents.popitem(last=False)
        return below_base(f"{DATA_ROUTE}/{content.handle}")

    def find(self, handle: str, number: int) -> Content | None:
        """The content of a handle that has such a part."""
        with self.lock:
            content = self.contents.get(handle)
        return content if content is not None and number < content.parts else None


SHELF = Shelf()


def offer(content: Content) -> str:
    """Put it on this process's shelf; its address."""
    return SHELF.offer(content)


def plotly_url() -> str:
    """Where this app serves the plotly.js of the installed plotly package; other versions have other addresses."""
    return below_base(PLOTLY_ROUTE)


async def send_part(request: Request) -> Response:
    """One part, or 404."""
    number = int(request.path_params["number"])
    content = SHELF.find(request.path_params["handle"], number)
    if content is None:
        return Response(status_code=404)
    return Response(await run_in_threadpool(content.part, number), media_type=content.media, headers=HEADERS)


async def send_plotly(request: Request) -> Response:
    """plotly.js, compressed where the browser takes that."""
    headers = {**HEADERS, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = await run_in_threadpool(packed_plotly)
        return Response(body, media_type="text/javascript", headers={**headers, "Content-Encoding": "gzip"})
    return Response(await run_in_threadpool(PLOTLY.read_bytes), media_type="text/javascript", headers=headers)


@cache
def packed_plotly() -> bytes:
    """plotly.js, compressed once a process."""
    return gzip.compress(PLOTLY.read_bytes(), 6, mtime=0)


def map_routes() -> list[Route]:
    """The routes, for the app to serve."""
    return [
        Route(below_base(DATA_ROUTE) + "/{handle}/{number:int}", send_part),
        Route(plotly_url(), send_plotly),
    ]
