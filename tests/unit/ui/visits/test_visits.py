"""What was chosen is told on this machine, to who has the token."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer.base import ExplorerError, settings
from explorer.ui.visits import note_selection, note_z, visit_routes
from explorer.ui.visits.last_choices import LAST, MOST_RUNS, Choices
from explorer.ui.visits.route import CHOICES, TOKEN

SECRET = "0123456789abcdefXYZ"
HERE = ("127.0.0.1", 50000)
RUN = f"{CHOICES}?run=digits-2d"


@pytest.fixture(autouse=True)
def nobody_chose() -> Iterator[None]:
    """Nothing is kept from other tests."""
    LAST.by_run.clear()
    yield
    LAST.by_run.clear()


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    """The token of the app."""
    monkeypatch.setenv("EXPLORER_TOKEN", SECRET)
    settings.cache_clear()
    return SECRET


def client(host: tuple[str, int] = HERE) -> TestClient:
    """Who asks, from an address."""
    return TestClient(Starlette(routes=visit_routes()), client=host)


def test_z_is_home_until_somebody_moves(token: str) -> None:
    headers = {TOKEN: token}
    assert client().get(RUN, headers=headers).json() == {"z": [0.0, 0.0], "split": "", "selection": None}
    note_z("digits-2d", np.array([0.5, -1.5]))
    note_selection("digits-2d", "test", np.array([3, 7]))
    note_z("mnist-2d", np.array([9.0, 9.0]))
    assert client().get(RUN, headers=headers).json() == {"z": [0.5, -1.5], "split": "test", "selection": [3, 7]}
    note_selection("digits-2d", "test", None)
    assert client().get(RUN, headers=headers).json()["selection"] is None


@pytest.mark.parametrize("given", ["", "0123456789abcdefXYz", "µ"])
def test_without_the_token_there_is_nothing(token: str, given: str) -> None:
    assert client().get(RUN, headers=[(TOKEN.encode(), given.encode())]).status_code == 404


def test_other_machines_get_nothing(token: str) -> None:
    assert client(("10.0.0.7", 50000)).get(RUN, headers={TOKEN: token}).status_code == 404


def test_an_app_without_a_token_tells_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_TOKEN", raising=False)
    settings.cache_clear()
    note_z("digits-2d", np.zeros(2))
    assert LAST.of("digits-2d") == Choices()
    assert client().get(RUN, headers={TOKEN: ""}).status_code == 404


def test_a_run_that_is_not_there(token: str) -> None:
    reply = client().get(f"{CHOICES}?run=none", headers={TOKEN: token})
    assert reply.status_code == 404
    assert reply.json()["message"] == "There is no run 'none'."


def test_only_the_latest_runs_are_kept(token: str) -> None:
    for i in range(MOST_RUNS + 3):
        note_z(f"run-{i}", np.zeros(1))
    assert len(LAST.by_run) == MOST_RUNS
    assert LAST.of("run-0") == Choices()


def test_a_token_that_is_short_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPLORER_TOKEN", "secret")
    settings.cache_clear()
    with pytest.raises(ExplorerError, match="EXPLORER_TOKEN is no token"):
        settings()
