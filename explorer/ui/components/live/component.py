"""The live decoder: pad, sliders and picture around one z, decoding while the pointer moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer.inference import ROUTE
from explorer.inference.live_payload import pack
from explorer.ui.components.base_path import below_base
from explorer.ui.components.registry import component


@dataclass(frozen=True)
class Events:
    """The values sent by the component since it was mounted; None for those it has not sent."""

    z: dict[str, Any] | None  # {"z": [K], "stamp", "browser"}: where the hand let go, and whether the browser decodes
    view: dict[str, Any] | None  # the pad's dimensions, range, scale and grid size
    traversals: bool | None  # whether they were opened
    ask: dict[str, Any] | None  # {"seq", "z": [K]}: the fragment transport's request

    @property
    def in_browser(self) -> bool:
        """Whether the browser decodes, also what lies around z."""
        return bool((self.z or {}).get("browser"))


def socket_path() -> str:
    """Where the socket is."""
    return below_base(ROUTE)


def rerun_on_demand() -> None:
    """Lets a component ask for a run of the whole script; mount it outside every fragment."""
    component("rerun_on_demand", "shared/rerun.js")(key="rerun-on-demand", on_asked_change=lambda: None, height=1)


def component_events(key: str) -> Events:
    """The values sent by the component ``key`` before this rerun."""
    values = st.session_state.get(key) or {}
    return Events(*(values.get(name) for name in ("z", "view", "traversals", "ask")))


def live_decoder(key: str, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
    """Draw it. ``header`` and ``blobs`` are described in docs/live.md."""

    def noted() -> None:
        """A change reruns the fragment; nothing else is to be done."""

    component("live_decoder", "live/live.js")(
        key=key,
        data=pack(header, blobs),
        on_z_change=noted,
        on_view_change=noted,
        on_traversals_change=noted,
        on_ask_change=noted,
    )
