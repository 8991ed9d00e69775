"""A page's modules are requested with the page itself, while Streamlit's own frontend is still loading.

Otherwise a first visit would wait for them between the first data and the first picture, when the server is busiest.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from explorer.ui.components.base_path import below_base
from explorer.ui.components.modules import modules_of, modules_url

# The components that a page begins with, by the page's path; what else it shows is loaded when it is shown.
PRELOADED = {
    "/": ("live", "picker"),
    "/map": ("map", "picker"),
    **dict.fromkeys(("/image", "/diagnose", "/compare", "/models"), ("picker",)),
}


class PreloadModules:
    """ASGI middleware: a ``Link`` header on the pages of ``PRELOADED``."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.links = {below_base(path): link_header(components) for path, components in PRELOADED.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the header where it belongs."""
        links = self.links.get(scope["path"]) if scope["type"] == "http" else None

        async def send_linked(message: Message) -> None:
            if message["type"] == "http.response.start" and links:
                MutableHeaders(scope=message).append("Link", links)
            await send(message)

        await self.app(scope, receive, send_linked if links else send)


def link_header(components: Sequence[str]) -> str:
    """Asks the browser to load and compile the modules of components."""
    names = dict.fromkeys(name for component in components for name in modules_of(component))
    return ", ".join(f"<{modules_url()}/{name}>; rel=modulepreload" for name in names)
