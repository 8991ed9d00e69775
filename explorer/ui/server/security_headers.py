"""Headers that tell browsers what a page of ours may load, and who may show it in a frame."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.base import settings

FRONTEND = Path(streamlit.__file__).parent / "static" / "index.html"
# Components' scripts run from blobs; plotly.js makes functions of text to draw by WebGL, and shows no points without.
SCRIPTS = "'self' blob: 'unsafe-eval'"
POLICY = {  # script-src is added, with the scripts in Streamlit's page
    "default-src": "'self'",
    # styles that React and plotly.js set come inline
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}


class SecurityHeaders:
    """ASGI middleware: the headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def security_headers() -> dict[str, str]:
    """The headers' names and values, by the settings of this process."""
    policy = {
        **POLICY,
        "script-src": " ".join((SCRIPTS, *inline_hashes())),
        "frame-ancestors": " ".join(("'self'", *settings().frame_ancestors)),
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }


@cache
def inline_hashes() -> list[str]:
    """The policy's names of the scripts inside Streamlit's page, which alone may run inline."""
    scripts = re.findall(r"<script>(.*?)</script>", FRONTEND.read_text("utf-8"), re.DOTALL)
    return [f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
