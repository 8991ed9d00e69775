"""The runs of a session, one after the other: left to chance, they leave pages blank (docs/known-issues.md)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequestType, _coalesce_widget_states

LOOK_AGAIN_S = 0.004
PATIENCE_S = 1.0

_run = AppSession.request_rerun


@dataclass
class Waiting:
    """What a session is to run when it rests: the whole script first, then fragments."""

    whole: list[ClientState | None] = field(default_factory=list)  # at most one; None repeats the last run
    fragments: dict[str, ClientState] = field(default_factory=dict)  # by fragment, oldest first
    stopped: ScriptRunner | None = None
    until: float = 0.0  # of time.monotonic(): then the whole script runs though the stopped one has not ended
    unsent_until: float | None = None  # then a fragment runs though messages of the run before are not sent
    looking: bool = False


_waiting: WeakKeyDictionary[AppSession, Waiting] = WeakKeyDictionary()


def run_in_order() -> None:
    """Let every session start a run when the one before has ended and all of it was sent, a fragment on its page only.

    The whole script waits at most PATIENCE_S for a run that it stops: a long computation does not hold a visitor. A
    fragment waits as long for messages to be sent, which nobody takes where the browser is gone.
    """
    AppSession.request_rerun = request_rerun  # type: ignore[method-assign, assignment]


def request_rerun(session: AppSession, client_state: ClientState | None) -> None:
    """Take a request: the whole script stops what runs and replaces what waits, a fragment waits for what runs."""
    waiting = _waiting.setdefault(session, Waiting())
    if client_state is not None and client_state.fragment_id:
        keep_clicks(waiting.fragments.get(client_state.fragment_id), client_state)
        waiting.fragments[client_state.fragment_id] = client_state
    else:
        for before in [unbegun(session), *waiting.whole, *waiting.fragments.values()]:
            keep_clicks(before, client_state)
        waiting.whole, waiting.fragments = [client_state], {}
        stop(session, waiting)
    if not waiting.looking:
        run_next(session, waiting)


def unbegun(session: AppSession) -> RerunData | None:
    """What the session's runner is to run and has not begun: nothing of it happens if it is stopped now."""
    if session._scriptrunner is None:
        return None
    requests = session._scriptrunner._requests
    with requests._lock:
        return requests._rerun_data if requests._state is ScriptRequestType.RERUN else None


def keep_clicks(before: ClientState | RerunData | None, state: ClientState | None) -> None:
    """Add to a request the clicks of one that it takes the place of; every other value is newer in ``state``."""
    if before is not None and state is not None and before.page_script_hash == state.page_script_hash:
        both = _coalesce_widget_states(before.widget_states, state.widget_states)
        if both is not None:
            state.widget_states.CopyFrom(both)


def stop(session: AppSession, waiting: Waiting) -> None:
    """Stop the run under way, if any; what it has not sent yet is no longer wanted."""
    if session._scriptrunner is not None:
        session._scriptrunner.request_stop()
        waiting.stopped, session._scriptrunner = session._scriptrunner, None
        waiting.until = time.monotonic() + PATIENCE_S


def run_next(session: AppSession, waiting: Waiting) -> None:
    """Run what has waited longest once the session rests, and look again while something waits."""
    if waiting.whole:
        if not running(waiting.stopped) or time.monotonic() > waiting.until:
            waiting.stopped = None
            _run(session, waiting.whole.pop())
    elif waiting.fragments and rests(session, waiting):
        state = waiting.fragments.pop(next(iter(waiting.fragments)))
        if state.page_script_hash == session.page_script_hash:
            _run(session, state)
    waiting.looking = bool(waiting.whole or waiting.fragments)
    if waiting.looking:
        session._event_loop.call_later(LOOK_AGAIN_S, run_next, session, waiting)


def rests(session: AppSession, waiting: Waiting) -> bool:
    """Whether no script runs and all that the last one made was sent, or is not taken."""
    if session._scriptrunner is not None:
        waiting.unsent_until = None  # the run before is another one then
        return False
    if waiting.unsent_until is None:
        waiting.unsent_until = time.monotonic() + PATIENCE_S
    if not session._browser_queue.is_empty() and time.monotonic() <= waiting.unsent_until:
        return False
    waiting.unsent_until = None
    return True


def running(runner: ScriptRunner | None) -> bool:
    """Whether the thread of a runner is alive."""
    return runner is not None and runner._script_thread is not None and runner._script_thread.is_alive()
