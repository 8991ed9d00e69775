"""The live decoder: pad, sliders and picture around one z, decoding while the hand moves.

The JavaScript lies in a few ES modules, joined into one source.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from explorer.inference import ROUTE
from explorer.ui.components.registry import below_base, component

HERE = Path(__file__).parent
MODULES = (
    "scale.js",
    "picture.js",
    "pins.js",
    "classes.js",
    "transport.js",
    "pad.js",
    "paths.js",
    "sliders.js",
    "live.js",
)


@dataclass(frozen=True)
class Events:
    """The values sent by the component since it was mounted; None for those it has not sent."""

    z: dict[str, Any] | None  # {"z": [K], "stamp"}: where the hand let go
    view: dict[str, Any] | None  # the pad's dimensions, range, scale and grid size
    ask: dict[str, Any] | None  # {"seq", "z": [K]}: the fragment transport's request


def socket_path() -> str:
    """Where the socket is."""
    return below_base(ROUTE)


RERUN = """
export default ({ setTriggerValue }) => {
  window.latentExplorerRerun = () => setTriggerValue("asked", Date.now());
};
"""


@cache
def rerun_component() -> Any:
    """A component without a face, registered once a process."""
    return st.components.v2.component("rerun_on_demand", js=RERUN)


def rerun_on_demand() -> None:
    """Lets the live decoder ask for a run of the whole script; mount it outside every fragment."""
    rerun_component()(key="rerun-on-demand", on_asked_change=lambda: None, height=1)


def pack(header: dict[str, Any], blobs: dict[str, bytes]) -> bytes:
    """uint32 length of the JSON, the JSON (with each blob's offset and length), the blobs."""
    places, offset = {}, 0
    for name, blob in blobs.items():
        places[name] = (offset, len(blob))
        offset += len(blob)
    text = json.dumps({**header, "blobs": places}, allow_nan=False).encode()
    return struct.pack("<I", len(text)) + text + b"".join(blobs.values())


def component_events(key: str) -> Events:
    """The values sent by the component ``key`` before this rerun."""
    values = st.session_state.get(key) or {}
    return Events(*(values.get(name) for name in ("z", "view", "ask")))


def live_decoder(key: str, header: dict[str, Any], blobs: dict[str, bytes]) -> None:
    """Draw it. ``header`` and ``blobs`` are described in docs/live.md."""

    def noted() -> None:
        """A change reruns the fragment; nothing else is to be done."""

    component("live_decoder", HERE, MODULES)(
        key=key,
        data=pack(header, blobs),
        on_z_change=noted,
        on_view_change=noted,
        on_ask_change=noted,
    )
