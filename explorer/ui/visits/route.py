"""The address at which the program that started the app asks what was chosen: from this machine, with its token."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from explorer.base import ExplorerError, settings
from explorer.inference.latent_space import home
from explorer.runs import find_run, load_run
from explorer.ui.visits.last_choices import LAST

CHOICES = "/choices"
TOKEN = "X-Explorer-Token"
THIS_MACHINE = ("127.0.0.1", "::1")


def send_choices(request: Request) -> Response:
    """z and selection of the run ``?run=``, as JSON; 404 without the token, and for a run that is not there."""
    if not may_ask(request):
        return Response(status_code=404)
    try:
        run = load_run(find_run(request.query_params.get("run", "")))
    except ExplorerError as error:
        return JSONResponse({"message": error.message, "hint": error.hint}, status_code=404)
    found = LAST.of(run.name)
    z = home(run) if found.z is None else found.z
    selection = None if found.selection is None else found.selection.tolist()
    return JSONResponse({"z": z.tolist(), "split": found.split, "selection": selection})


def may_ask(request: Request) -> bool:
    """Whether a request comes from this machine and has the token."""
    token, given = settings().token, request.headers.get(TOKEN, "")
    here = request.client is not None and request.client.host in THIS_MACHINE
    return bool(token) and here and hmac.compare_digest(token.encode(), given.encode())


def visit_routes(base: str = "") -> list[Route]:
    """The route below ``base``, for the app to serve."""
    return [Route(f"{base}{CHOICES}", send_choices)]
