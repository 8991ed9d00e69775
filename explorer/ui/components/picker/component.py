"""The choice of a model, with what the browser shows of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from explorer.ui.components.registry import component


@dataclass(frozen=True)
class Offer:
    """A model that can be chosen: its name, what it is in a line, and where its picture is."""

    name: str
    line: str
    picture: str


def model_picker(key: str, offers: Sequence[Offer], chosen: str, on_pick: Callable[[str], None]) -> None:
    """Draw it; ``on_pick`` is called with the name of the offer that was picked, and with no other name."""

    def picked() -> None:
        name = (st.session_state.get(key) or {}).get("picked")
        if name in [offer.name for offer in offers]:
            on_pick(str(name))

    component("model_picker", "picker/picker.js")(
        key=key, data={"chosen": chosen, "models": [asdict(offer) for offer in offers]}, on_picked_change=picked
    )
