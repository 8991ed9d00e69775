"""How components are registered with Streamlit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st

from explorer.ui.components import registry
from explorer.ui.components.modules import HERE, loader
from explorer.ui.components.registry import component


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dict[str, Any]]]:
    """What Streamlit is given, by the components' names."""
    found: dict[str, dict[str, Any]] = {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, **given: found.update({name: given}))
    registry.registered.cache_clear()
    yield found
    registry.registered.cache_clear()


def test_a_component_has_the_html_and_css_beside_its_module(registered: dict[str, dict[str, Any]]) -> None:
    component("some name", "live/live.js")
    given = registered["some name"]
    assert given["js"] == loader("live/live.js")
    assert given["html"] == (HERE / "live" / "live.html").read_text(encoding="utf-8")
    assert given["css"] == (HERE / "live" / "live.css").read_text(encoding="utf-8")


def test_a_component_may_have_no_face(registered: dict[str, dict[str, Any]]) -> None:
    component("some name", "shared/rerun.js")
    assert (registered["some name"]["html"], registered["some name"]["css"]) == (None, None)


def test_html_is_translated_but_for_the_names_of_icons() -> None:
    html = '<b class="icon" title="undo">undo</b>\n <p>Drag\n here</p><i aria-label="x y">undo</i>'
    words = {"undo": "U", "Drag here": "D"}
    wanted = '<b class="icon" title="U">undo</b>\n <p>D</p><i aria-label="x y">U</i>'
    assert registry.translated(html, words) == wanted
    assert registry.translated(html, {}) == html
    assert registry.translated(None, words) is None
