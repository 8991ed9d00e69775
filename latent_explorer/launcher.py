"""The command ``latent-explorer``, also ``python -m latent_explorer``.

Without arguments the app opens in the browser; whatever else is given is a command of ``python -m explorer``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from latent_explorer import __version__
from latent_explorer.errors import ExplorerError
from latent_explorer.places import APP, NAME, environment, project, python
from latent_explorer.serving import App, chosen_port, open_browser

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve the app, or run a command; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        print(f"{NAME} {__version__}")
        return 0
    if given in (["--help"], ["-h"]):
        print("Without a command the app opens in the browser.\n", flush=True)
    if given:
        return run(python("-m", "explorer", *given))
    try:
        return serve()
    except ExplorerError as error:
        print(f"Error: {error}", file=sys.stderr)
        return BAD_INPUT


def run(command: list[str]) -> int:
    """Become the process of ``command``; on Windows, which cannot do that, wait for it and return its status."""
    if os.name != "nt":
        sys.stdout.flush()
        os.execve(command[0], command, environment())
    process = subprocess.Popen(command, env=environment())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # which the command gets as well, and ends in its own time
            continue


def serve() -> int:
    """Serve the app until it is stopped, and show it in a browser once it answers; the app prints its address."""
    app = App(python(str(project() / APP)), chosen_port())
    signal.signal(signal.SIGTERM, lambda *_: app.process.terminate())
    try:
        if app.wait_until_it_answers() and not open_browser(app.url):
            print("Open this address in a browser; Ctrl-C ends the app.", flush=True)
        return max(app.process.wait(), 0)
    except KeyboardInterrupt:
        app.stop()
        return INTERRUPTED
