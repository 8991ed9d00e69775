"""The app in a process of its own: its port, its start, whether it answers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from typing import IO

from latent_explorer.errors import ExplorerError
from latent_explorer.places import environment

USUAL_PORT = 8501
PORT = "EXPLORER_PORT"
START_S = 180.0  # in which the app answers; the first start on a machine compiles all of torch
LOOK_S = 0.05
HEALTH = "_stcore/health"


def chosen_port() -> int:
    """The port of ``EXPLORER_PORT``, else the usual one if it is free, else any that is.

    Raises ExplorerError where the stated one is in use, or is none.
    """
    text = os.environ.get(PORT)
    if not text:
        return USUAL_PORT if is_free(USUAL_PORT) else free_port()
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ExplorerError(f"{PORT} is '{text}'.", "Set it to a whole number between 1 and 65535.")
    if not is_free(int(text)):
        raise ExplorerError(
            f"Port {text} is in use.", f"Stop what listens there, choose another {PORT}, or unset it for a free one."
        )
    return int(text)


def is_free(port: int) -> bool:
    """Whether nothing listens on a port of this machine."""
    with socket.socket() as probe:
        if os.name != "nt":  # there it would allow two listeners
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class App:
    """A process that serves the app.

    Parameters
    ----------
    command : that starts it, and serves on the port of ``EXPLORER_PORT``.
    port : as ``chosen_port`` gives it.
    more : further environment variables.
    own_group : whether Ctrl-C at the terminal leaves it alone.
    """

    def __init__(
        self, command: list[str], port: int, more: Mapping[str, str] | None = None, own_group: bool = False,
        log: IO[bytes] | None = None,
    ) -> None:  # fmt: skip
        self.port = port
        self.process = subprocess.Popen(
            command, env={**environment(), PORT: str(port), **(more or {})}, start_new_session=own_group,
            stdin=subprocess.PIPE if own_group else None, stdout=log, stderr=log,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Its address in a browser, ending in a slash."""
        base = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
        return f"http://localhost:{self.port}/{base + '/' if base else ''}"

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def wait_until_it_answers(self) -> bool:
        """Whether it answers; False where the process ended before. Raises ExplorerError where it takes too long."""
        deadline = time.monotonic() + START_S
        while not answers(f"{self.url}{HEALTH}"):
            if not self.alive:
                return False
            if time.monotonic() > deadline:
                self.stop()
                raise ExplorerError(f"The app did not start within {START_S:.0f} seconds.", "Try again.")
            time.sleep(LOOK_S)
        return True

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


def answers(url: str) -> bool:
    """Whether a page can be read."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def open_browser(url: str) -> bool:
    """Whether a browser of this machine shows the page. None is opened inside a terminal."""
    graphical = os.name == "nt" or sys.platform == "darwin" or any(map(os.environ.get, DISPLAYS))
    if not graphical:
        return False
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME")
