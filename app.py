"""The ASGI entry: ``python app.py`` (or ``make run``), ``uvicorn app:app``, ``streamlit run app.py``."""

from __future__ import annotations

import contextlib
import gc
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute

from explorer.base import ExplorerError, settings
from explorer.base.threads import use_sane_threads
from explorer.inference import decode, live_sockets, load_with_model
from explorer.inference.latent_space import home
from explorer.runs import list_runs
from explorer.training import advance
from explorer.training.own_runs import KEPT_DAYS, empty_trash
from explorer.ui.components import PreloadModules, below_base, module_routes, picture_routes
from explorer.ui.components.live import decoder_routes, socket_path
from explorer.ui.components.map import map_routes
from explorer.ui.server import AllowedHosts, PageStyles, SecurityHeaders, run_in_order, set_options
from explorer.ui.visits import visit_routes


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Warm up, and keep what is loaded by then out of later collections: with torch each would cost 150 ms."""
    await run_in_threadpool(warm_up)
    gc.collect()
    gc.freeze()
    yield


def warm_up() -> None:
    """Load torch and the first run's model, so that the first visitor does not wait for them."""
    use_sane_threads(left=1)
    for run in list_runs()[:1]:
        with contextlib.suppress(ExplorerError):  # a damaged run is reported on its page
            loaded, _ = load_with_model(run)
            decode(loaded, home(loaded)[None])
    with contextlib.suppress(ExplorerError):
        advance()  # trainings that waited when the machine went down
    empty_trash(KEPT_DAYS)


@contextlib.contextmanager
def errors_printed() -> Iterator[None]:
    """Ends the process with status 2 and the sentence of an ExplorerError."""
    try:
        yield
    except ExplorerError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)


with errors_printed():
    set_options()
run_in_order()
ROUTES = [
    WebSocketRoute(socket_path(), live_sockets.endpoint),
    *module_routes(),
    *map_routes(),
    *decoder_routes(),
    *picture_routes(),
    *visit_routes(below_base("")),
]
MIDDLEWARE = [
    Middleware(SecurityHeaders),
    Middleware(AllowedHosts, own_check=(socket_path(),)),  # live decoders may be open to EXPLORER_ORIGINS
    Middleware(PreloadModules),
    Middleware(PageStyles),
]
SCRIPT = Path(__file__).parent / "explorer" / "ui" / "main.py"
app = st.App(SCRIPT, lifespan=lifespan, routes=ROUTES, middleware=MIDDLEWARE)


def serve() -> None:
    """Serve on this machine at the port of the settings; ExplorerError when it is in use."""
    import uvicorn

    port = settings().port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ExplorerError(
                f"Port {port} is in use.", "Stop what listens there, or choose another: EXPLORER_PORT=8502 make run."
            ) from error
    print(f"Latent Explorer: http://localhost:{port}{below_base('')}", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, ws="websockets-sansio")


if __name__ == "__main__":
    with errors_printed():
        serve()
