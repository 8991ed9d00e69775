"""Requests that name another host, and sockets that foreign pages open, are refused before anything else sees them.

Starlette's ``TrustedHostMiddleware`` cannot take an IPv6 address and does not look at origins.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from explorer.base import is_our_page, settings

log = logging.getLogger("explorer.ui.server")

LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
UNKNOWN_HOST = "This server does not answer to this name. EXPLORER_HOSTS adds names.\n"


class AllowedHosts:
    """ASGI middleware; the sockets of ``own_check`` look at their origin themselves."""

    def __init__(self, app: ASGIApp, own_check: Collection[str] = ()) -> None:
        self.app, self.own_check = app, own_check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is ours."""
        if scope["type"] == "http" and not is_our_host(Headers(scope=scope).get("host", "")):
            await PlainTextResponse(UNKNOWN_HOST, status_code=400)(scope, receive, send)
        elif scope["type"] == "websocket" and (fault := self.fault(Headers(scope=scope), scope["path"])):
            log.warning("socket refused: %s", fault)
            await WebSocketClose()(scope, receive, send)  # before it is accepted: HTTP 403
        else:
            await self.app(checked(scope) if scope["type"] == "websocket" else scope, receive, send)

    def fault(self, headers: Headers, path: str) -> str:
        """Why a socket is refused; empty when it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_our_host(host):
            return f"unknown host {host[:200]!r}"
        if origin is not None and path not in self.own_check and not is_our_page(origin, host):
            return f"foreign origin {origin[:200]!r}"
        return ""


def is_our_host(host: str) -> bool:
    """Whether a ``Host`` header names this machine or one of ``EXPLORER_HOSTS``.

    Under any other name, which its owner may point to this machine, a foreign page would count as one of ours.
    """
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # checks it
    except ValueError:
        return False
    return parts.netloc == host and "@" not in host and parts.hostname in (*LOCAL_HOSTS, *settings().hosts)


def checked(scope: Scope) -> Scope:
    """The handshake with its ``Origin`` as if it came to ``Host``, where a proxy has changed that.

    For any other Streamlit would ask the internet for this machine's address, to compare it, while all visitors wait.
    """
    headers = Headers(scope=scope)
    host, origin = headers.get("host", ""), headers.get("origin", "")
    if not is_our_page(origin, host):
        return scope
    copy = {**scope, "headers": list(scope["headers"])}
    MutableHeaders(scope=copy)["origin"] = f"{origin.split('://')[0]}://{host}"
    return copy
