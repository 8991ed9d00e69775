"""Whether a visitor has left."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from explorer.ui.image import visitor
from explorer.ui.image.visitor import AWAY_S, has_left


def test_a_visitor_has_left_after_a_minute_without_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    now, active = [1000.0], {"mine"}
    server = SimpleNamespace(is_active_session=lambda session: session in active)
    stand_in = SimpleNamespace(exists=lambda: True, get_instance=lambda: server)
    monkeypatch.setattr(visitor, "runtime", stand_in)
    monkeypatch.setattr(visitor, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id="mine"))
    monkeypatch.setattr(visitor, "time", SimpleNamespace(monotonic=lambda: now[0]))
    left = has_left()
    now[0] += 10 * AWAY_S
    assert not left()
    active.clear()
    now[0] += AWAY_S - 1
    assert not left()
    active.add("mine")  # the connection came back
    assert not left()
    active.clear()
    now[0] += AWAY_S - 1
    assert not left()
    now[0] += 2
    assert left()


def test_without_a_server_nobody_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "AWAY_S", 0.0)
    assert not has_left()()
