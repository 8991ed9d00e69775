"""A page of the app that this process has opened, and what was chosen on it."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from types import TracebackType
from typing import IO
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from latent_explorer import frames
from latent_explorer.errors import ExplorerError
from latent_explorer.places import core_module
from latent_explorer.serving import App, chosen_port

PATIENCE_S = 30.0  # for an answer of the app
ENDED = "The app ended with this program; show(..., block=True) keeps it until Ctrl-C."


class Served:
    """The one app of this process, started when first needed, with the token that lets it be asked."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.app: App | None = None
        self.files = contextlib.ExitStack()
        self.log: IO[bytes] | None = None  # what the app prints
        self.token = secrets.token_urlsafe(32)
        self.sessions: list[Session] = []

    def begin(self) -> None:
        """Start the app unless it runs, without waiting for it. Raises ExplorerError for a port in use."""
        with self.lock:
            if self.app is None or not self.app.alive:
                self.end()
                port, more = chosen_port(), {"EXPLORER_TOKEN": self.token, **frames.variables()}
                self.log = self.files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
                self.app = App(core_module("app"), port, more, own_group=True, log=self.log)

    @contextlib.contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Context during which the app starts; where it fails and there is no session, the app is ended."""
        self.begin()
        try:
            yield
        except BaseException:
            if not self.sessions:
                self.end()
            raise

    def running(self) -> App:
        """The app, once it answers. Raises ExplorerError where it cannot start."""
        self.begin()
        assert self.app is not None
        if not self.app.wait_until_it_answers():
            said = self.last_words()
            self.end()
            raise ExplorerError(f"The app did not start: {said}", "Try again.")
        return self.app

    def last_words(self) -> str:
        """The last line that the app printed."""
        assert self.log is not None
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing."

    def end(self) -> None:
        """End the app."""
        app, self.app = self.app, None
        if app is not None:
            app.stop()
        self.files.close()

    def forget(self) -> None:
        """Leave the app to the parent of this process."""
        self.__init__()  # type: ignore[misc]

    def at_exit(self) -> None:
        """End the app with the program, and say so where a page was just opened."""
        if self.app is not None and self.app.alive and self.sessions and not frames.interactive():
            print(ENDED, file=sys.stderr)
        self.end()


SERVED = Served()
atexit.register(SERVED.at_exit)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=SERVED.forget)


class Session:
    """A run shown in the app; made by ``show``. As a context, it is closed in the end.

    Attributes
    ----------
    run : the name of the run.
    url : the address of its page.
    """

    def __init__(self, run: str, rows: dict[str, NDArray[np.int64]] | None = None) -> None:
        self.run = run
        self._rows = rows
        self._app = SERVED.running()
        self.url = f"{self._app.url}?model={quote(run)}"
        SERVED.sessions.append(self)

    def __repr__(self) -> str:
        """What it shows, and where."""
        return f"<Session {self.run}: {self.url if self._open else 'closed'}>"

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _open(self) -> bool:
        """Whether it can be asked."""
        return self in SERVED.sessions

    def selection(self) -> NDArray[np.int64]:
        """What is selected on the map, as indices, ascending: [M]; none where nothing is selected.

        They are indices of the images that were shown; of a run that was shown by its name, of the split that the map
        shows, in which for "All" the training images come first.
        """
        found = self._choices()
        numbers = np.asarray(found["selection"] or [], np.int64)
        rows = None if self._rows is None else self._rows.get(str(found["split"]))
        return numbers if rows is None else np.sort(rows[numbers])

    def z(self) -> NDArray[np.float32]:
        """Where the sliders are: [K]; of a class-conditional model with its one-hot class, [K + C]."""
        return np.asarray(self._choices()["z"], np.float32)

    def close(self) -> None:
        """Stop serving the page; the app ends with its last session. A second call does nothing."""
        if self._open:
            SERVED.sessions.remove(self)
            if not SERVED.sessions:
                SERVED.end()

    def wait(self) -> None:
        """Wait for Ctrl-C, or the end of the app, and close the session."""
        try:
            while self._open and self._app.alive:
                threading.Event().wait(0.2)
        except KeyboardInterrupt:
            pass
        self.close()

    def _choices(self) -> dict[str, object]:
        """What the app answers. Raises ExplorerError where the session is closed or the app has ended."""
        if not self._open:
            raise ExplorerError("The session is closed.", "Call show again.")
        address = f"{self._app.url}choices?run={quote(self.run)}"
        request = urllib.request.Request(address, headers={"X-Explorer-Token": SERVED.token})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
                found: dict[str, object] = json.load(reply)
        except urllib.error.HTTPError as error:
            error.close()
            raise ExplorerError(f"The run {self.run} is not there any more.", "Call show again.") from error
        except OSError as error:
            raise ExplorerError("The app of this session does not answer.", "Call show again.") from error
        return found
