"""Where a page is shown: in a frame of a notebook, in a browser, or, where there is none, by its address."""

from __future__ import annotations

import os
import sys
from typing import Any
from urllib.parse import urlsplit

from latent_explorer.serving import open_browser

HEIGHT = 800  # pixels, of a frame
ANCESTORS = "EXPLORER_FRAME_ANCESTORS"
# the pages of Jupyter and of Colab, and VS Code's
NOTEBOOKS = (
    "http://localhost:*", "http://127.0.0.1:*", "https://colab.research.google.com", "https://*.googleusercontent.com",
    "https://*.prod.colab.dev", "vscode-webview:",
)  # fmt: skip


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def interactive() -> bool:
    """Whether a person goes on typing after what runs now."""
    ipython = sys.modules.get("IPython")
    return hasattr(sys, "ps1") or bool(sys.flags.interactive) or bool(ipython and ipython.get_ipython())


def variables() -> dict[str, str]:
    """The settings of an app that a notebook shows in a frame."""
    if not in_notebook():
        return {}
    return {ANCESTORS: ",".join(filter(None, [os.environ.get(ANCESTORS), *NOTEBOOKS]))}


def show_page(url: str) -> None:
    """Show the page; its address is printed in any case."""
    print(f"Latent Explorer: {url}", flush=True)
    if in_notebook():
        show_frame(url)
    else:
        open_browser(url)


def show_frame(url: str) -> None:
    """Show the page in the output of a notebook's cell."""
    parts = urlsplit(url)
    if "google.colab" in sys.modules:
        colab: Any = sys.modules["google.colab"]
        colab.output.serve_kernel_port_as_iframe(parts.port, path=f"{parts.path}?{parts.query}", height=HEIGHT)
        return
    from IPython.display import IFrame, display  # type: ignore[attr-defined, unused-ignore]

    display(IFrame(url, "100%", HEIGHT))  # type: ignore[no-untyped-call, unused-ignore]
