"""What the model picker is given, and what it takes from a browser."""

from __future__ import annotations

from typing import Any

import pytest

from explorer.ui.components.picker import Offer, model_picker
from explorer.ui.components.picker import component as picker

OFFERS = [Offer("a", "digits, vae, 2 dimensions", "/a"), Offer("b", "mnist, vae, 16 dimensions", "/b")]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the component is drawn with."""
    given: dict[str, Any] = {}
    monkeypatch.setattr(picker, "component", lambda name, module: given.update)
    return given


def test_it_shows_each_model(drawn: dict[str, Any]) -> None:
    model_picker("key", OFFERS, "b", lambda name: None)
    assert drawn["data"]["chosen"] == "b"
    assert drawn["data"]["models"][0] == {"name": "a", "line": "digits, vae, 2 dimensions", "picture": "/a"}


@pytest.mark.parametrize(
    ("event", "names"),
    [({"picked": "a"}, ["a"]), ({"picked": "../c"}, []), ({"picked": ["a"]}, []), ({}, []), (None, [])],
)
def test_only_what_is_offered_is_picked(
    drawn: dict[str, Any], monkeypatch: pytest.MonkeyPatch, event: object, names: list[str]
) -> None:
    picked: list[str] = []
    model_picker("key", OFFERS, "b", picked.append)
    monkeypatch.setattr("streamlit.session_state", {"key": event})
    drawn["on_picked_change"]()
    assert picked == names
