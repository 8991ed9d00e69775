"""Runs of a session, one after the other: what waits, what is dropped, and that no click is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests

from explorer.ui.server import run_order

HERE, THERE = "page-here", "page-there"


class Runner:
    """A script runner whose thread ends when told."""

    def __init__(self, state: ClientState | None) -> None:
        self.stop_asked, self.end, self._requests = False, threading.Event(), ScriptRequests()
        if state is not None:
            data = RerunData(widget_states=state.widget_states, page_script_hash=state.page_script_hash)
            self._requests.request_rerun(data)
        self._script_thread = threading.Thread(target=self.end.wait, daemon=True)
        self._script_thread.start()

    def request_stop(self) -> None:
        self.stop_asked = True

    def finish(self) -> None:
        self.end.set()
        self._script_thread.join()


class Session:
    """What the order asks of a session: its runner, its page, and a loop that calls later when told."""

    def __init__(self) -> None:
        self._scriptrunner: Runner | None = None
        self.page_script_hash = HERE
        self._event_loop = self
        self.later: list[Callable[[], None]] = []
        self.started: list[ClientState | None] = []
        self._browser_queue, self.sent = self, True
        self.begins = True  # a run's thread takes what it is to run before anything else happens

    def is_empty(self) -> bool:
        return self.sent

    def call_later(self, _: float, call: Callable[..., None], *arguments: Any) -> None:
        self.later.append(lambda: call(*arguments))

    def run(self, state: ClientState | None) -> None:
        self.started.append(state)
        self._scriptrunner = Runner(state)
        if self.begins:
            self._scriptrunner._requests.on_scriptrunner_ready()

    def rest(self) -> None:
        """The run ends, and all of it is sent."""
        assert self._scriptrunner is not None
        self._scriptrunner.finish()
        self._scriptrunner = None

    def look(self) -> list[str]:
        """What has been started, after the loop's next calls; the fragments' names, or "whole"."""
        now, self.later = self.later, []
        for call in now:
            call()
        return ["whole" if state is None else state.fragment_id or "whole" for state in self.started]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(run_order, "_run", Session.run)
    return Session()


def ask(session: Session, fragment: str = "", page: str = HERE, click: str = "", value: float = 0.0) -> ClientState:
    """A request as the browser sends it."""
    state = ClientState(fragment_id=fragment, page_script_hash=page)
    state.widget_states.widgets.add(id="slider", double_value=value)
    if click:
        state.widget_states.widgets.add(id=click, trigger_value=True)
    run_order.request_rerun(session, state)  # type: ignore[arg-type]
    return state


def widgets(state: ClientState | None) -> set[str]:
    """What a request says: the clicked, and the slider with its value."""
    assert state is not None
    return {f"slider {w.double_value:g}" if w.id == "slider" else w.id for w in state.widget_states.widgets}


def test_a_request_to_a_session_at_rest_is_started_at_once(session: Session) -> None:
    ask(session, "a")
    assert session.look() == ["a"]
    session.rest()
    ask(session)
    assert session.look() == ["a", "whole"]
    assert session.later == []


def test_a_fragment_waits_for_the_run_before_and_fragments_keep_their_order(session: Session) -> None:
    ask(session)
    ask(session, "a")
    ask(session, "b")
    assert session.look() == ["whole"]
    session.rest()
    assert session.look() == session.look() == ["whole", "a"]
    session.rest()
    assert session.look() == ["whole", "a", "b"]


def test_the_same_fragment_waits_once_with_the_newest_values_and_every_click(session: Session) -> None:
    ask(session)
    ask(session, "a", click="first", value=1)
    ask(session, "a", click="second", value=2)
    session.rest()
    assert session.look() == ["whole", "a"]
    assert widgets(session.started[-1]) == {"first", "second", "slider 2"}


def test_a_fragment_of_the_page_that_was_left_is_dropped(session: Session) -> None:
    ask(session, page=THERE)
    ask(session, "a", page=HERE)
    session.page_script_hash = THERE
    ask(session, "b", page=THERE)
    session.rest()
    session.look()
    assert session.look() == ["whole", "b"]


def test_the_whole_script_takes_the_place_of_what_waits_with_the_clicks_of_its_page(session: Session) -> None:
    ask(session, "a")
    ask(session, "b", click="here")
    ask(session, "c", page=THERE, click="there")
    running = session._scriptrunner
    ask(session, value=3)
    assert running is not None
    assert running.stop_asked
    assert session.look() == ["a"]  # its thread is not done yet
    running.finish()
    assert session.look() == ["a", "whole"]
    assert widgets(session.started[-1]) == {"here", "slider 3"}


@pytest.mark.parametrize("fragment", ["", "a"])
def test_the_clicks_of_a_run_that_is_stopped_before_it_begins_are_kept(session: Session, fragment: str) -> None:
    session.begins = False
    ask(session, fragment, click="paste", value=1)
    running = session._scriptrunner
    ask(session, value=2)
    assert running is not None
    running.finish()
    assert len(session.look()) == 2
    assert widgets(session.started[-1]) == {"paste", "slider 2"}
    session.rest()
    session.begins = True
    ask(session, click="once")
    running = session._scriptrunner
    ask(session, value=3)
    assert running is not None
    running.finish()
    session.look()
    assert widgets(session.started[-1]) == {"slider 3"}  # its run had begun and has seen the click


def test_a_fragment_asked_for_after_the_whole_script_comes_after_it(session: Session) -> None:
    ask(session, "a")
    running = session._scriptrunner
    ask(session)
    ask(session, "b")
    assert running is not None
    running.finish()
    assert session.look() == ["a", "whole"]
    session.rest()
    assert session.look() == ["a", "whole", "b"]


def test_the_whole_script_waits_no_longer_than_a_second(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    ask(session, "a")
    running = session._scriptrunner
    run_order.request_rerun(session, None)  # type: ignore[arg-type]
    clock[0] += 0.9
    assert session.look() == ["a"]
    clock[0] += 0.2
    assert session.look() == ["a", "whole"]
    assert running is not None
    running.finish()


def test_a_fragment_waits_until_the_run_before_is_sent_but_not_for_a_browser_that_is_gone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    for sent_in_the_end in (True, False, False):  # each waits anew
        ask(session)
        ask(session, "a")
        session.sent = False
        session.rest()
        before = session.look()
        clock[0] += 0.9
        assert session.look() == before
        session.sent = sent_in_the_end
        clock[0] += 0.2 if not sent_in_the_end else 0
        assert session.look() == [*before, "a"]
        session.rest()
        session.sent = True


def test_a_new_request_for_the_whole_script_does_not_wait_twice(session: Session) -> None:
    ask(session, "a")
    running = session._scriptrunner
    ask(session, page=THERE)
    ask(session, page=HERE, value=5)
    assert running is not None
    running.finish()
    assert session.look() == ["a", "whole"]
    assert widgets(session.started[-1]) == {"slider 5"}
    assert session.later == []
