"""Our styles stand in every page before Streamlit draws anything.

Styles that the script sent would come after the first widgets: those would be drawn once without, and jump.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STYLE = Path(__file__).parents[1] / "style.css"
# Streamlit's own file, to which these would refer, is not what is sent.
DROPPED = (b"if-none-match", b"if-modified-since", b"range", b"accept-encoding")
UNTRUE = ("etag", "last-modified", "accept-ranges")


class PageStyles:
    """ASGI middleware: the styles at the end of each page, where they win over Streamlit's own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.style = f"<style>{STYLE.read_text('utf-8')}</style>"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, pages with the styles."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or "text/html" not in accepted(scope):
            await self.app(scope, receive, send)
            return
        scope = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in DROPPED]}
        await self.app(scope, receive, Styling(send, self.style, scope["method"] == "HEAD"))


class Styling:
    """What is sent on: a page when all of it is here, anything else as it comes."""

    def __init__(self, send: Send, style: str, headless: bool) -> None:
        self.send = send
        self.style = style
        self.headless = headless
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        """Send the message on, now or with those that follow."""
        if message["type"] == "http.response.start" and is_page(Headers(raw=message["headers"])):
            self.start = message
        elif self.start is None:
            await self.send(message)
        else:
            self.body += message.get("body", b"")
            if not message.get("more_body"):
                await self.send_page(self.start)

    async def send_page(self, start: Message) -> None:
        """Send the page that is here by now."""
        page = styled(self.body.decode("utf-8"), self.style).encode("utf-8")
        headers = MutableHeaders(scope=start)
        for name in UNTRUE:
            del headers[name]
        if self.headless:
            del headers["content-length"]  # of a page that was not read
        else:
            headers["content-length"] = str(len(page))
        await self.send(start)
        await self.send({"type": "http.response.body", "body": b"" if self.headless else page})


def accepted(scope: Scope) -> str:
    """What the browser would read."""
    return Headers(scope=scope).get("accept", "")


def is_page(headers: Headers) -> bool:
    """Whether an answer is HTML that nothing has compressed."""
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers


def styled(page: str, style: str) -> str:
    """The page with the styles last."""
    return page.replace("</body>", f"{style}</body>")
