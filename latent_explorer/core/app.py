"""The app for a session in Python: it serves until it is ended, or the process that started it has gone."""

from __future__ import annotations

import os
import signal
import threading

import app


def main() -> None:
    """Serve."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    with app.errors_printed():
        app.serve()


def end_with_parent() -> None:
    """End this process when its standard input does, which the other process holds open."""
    while os.read(0, 1):  # not by sys.stdin, whose lock would be held when this process ends by itself
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
