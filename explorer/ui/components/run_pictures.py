"""The pictures of runs in lists, over HTTP: made when a browser first asks for one, off the event loop.

An address holds the version of the run's weights: what it serves never changes, and browsers may keep it for good. The
name in it comes from outside; only those of runs that are listed lead anywhere.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from explorer.base import ExplorerError
from explorer.inference.pictures import run_picture
from explorer.runs import LoadedRun, find_run, load_run
from explorer.ui.components.base_path import below_base

PICTURES = "/run-pictures"
VERSION = 1  # of how pictures are made: another one for other pictures
MAX_KEPT = 512  # a few kB each
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class RunPictures:
    """The pictures that were made last, by the path and the weights' hash of their runs. Thread-safe."""

    def __init__(self, size: int = MAX_KEPT) -> None:
        self.size = size
        self.making = threading.Lock()  # one at a time: a list asks for many at once, and others drag meanwhile
        self.made: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    def picture(self, run: LoadedRun) -> bytes:
        """The PNG of the run. Raises as ``run_picture``."""
        with self.making:
            if run.key not in self.made:
                self.made[run.key] = run_picture(run)
                while len(self.made) > self.size:
                    self.made.popitem(last=False)
            self.made.move_to_end(run.key)
            return self.made[run.key]


KEPT = RunPictures()


def picture_url(run: LoadedRun) -> str:
    """Where the picture of the run, as its weights are now, is fetched."""
    return below_base(f"{PICTURES}/{version_of(run)}/{quote(run.name, safe='')}")


def version_of(run: LoadedRun) -> str:
    """Another one for other weights, and for pictures that are made otherwise."""
    return f"{VERSION}-{run.version}"


async def send_picture(request: Request) -> Response:
    """The picture; 404 for a run that is not listed, has other weights by now, or cannot be read."""
    try:
        png = await run_in_threadpool(listed_picture, request.path_params["name"], request.path_params["version"])
    except ExplorerError:
        return Response(status_code=404)
    return Response(status_code=404) if png is None else Response(png, media_type="image/png", headers=HEADERS)


def listed_picture(name: str, version: str) -> bytes | None:
    """The picture of the run of this name; None where its weights are not of this version."""
    run = load_run(find_run(name))
    return KEPT.picture(run) if version_of(run) == version else None


def picture_routes() -> list[Route]:
    """The route, for the app to serve."""
    return [Route(below_base(PICTURES) + "/{version}/{name}", send_picture)]
