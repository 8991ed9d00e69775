"""The app in a process of its own, and how a browser is started: for the tests and the benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from explorer.base.runtime_settings import PROJECT

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
START_S = 90.0
WAIT_MS = 60_000  # of any one condition; machines are shared


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


BLOCK = r"(?:(?!Exception in ASGI application).)*?"  # within one exception's report
LEFT = re.compile(
    rf"Exception in ASGI application\n{BLOCK}streamlit/web/server/starlette/starlette_websocket\.py{BLOCK}"
    r"\nstarlette\.websockets\.WebSocketDisconnected: Cannot call \"send\" once a close message has been sent\.\n",
    re.DOTALL,
)


class Server:
    """The app in a process of its own; ``stop`` and ``start`` again keep the port."""

    def __init__(
        self, folder: Path, command: tuple[str, ...] = ("app.py",), cwd: Path = PROJECT, **environment: str
    ) -> None:
        self.folder, self.port, self.command, self.cwd = folder, free_port(), command, cwd
        self.environment = {
            **os.environ,
            "EXPLORER_PORT": str(self.port),
            "STREAMLIT_SERVER_PORT": str(self.port),  # read by `streamlit run` alone
            "EXPLORER_RUNS": str(folder / "runs"),
            "EXPLORER_DATA": str(folder / "data"),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it serves."""
        base = self.environment.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        return f"http://localhost:{self.port}" + (f"/{base}" if base else "")

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command], cwd=self.cwd, env=self.environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the server did not start:\n" + self.log())
            time.sleep(0.05)

    def answers(self) -> bool:
        """Whether its health page can be read."""
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def log(self) -> str:
        """What it has printed."""
        return (self.folder / "server.log").read_text(errors="replace")

    def faults(self) -> str:
        """Its log without the one traceback that is Streamlit's: of closing the socket of a visitor who has left."""
        return LEFT.sub("", self.log())

    def stop(self) -> None:
        """End it; killed when it does not go by itself."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


def chromium_path() -> str | None:
    """An installed Chromium or Chrome; None takes Playwright's own."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (MAC_BROWSER if Path(MAC_BROWSER).exists() else None)
