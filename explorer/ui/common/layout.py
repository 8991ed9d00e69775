"""Layout of the parts of a page."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def places(count: int) -> list[DeltaGenerator]:
    """Containers for parts that are drawn again by themselves, each of which keeps its place whatever the others show.

    A fragment beside others has a place that moves when one before it appears or goes. An update that was on its way
    meanwhile then reaches another part, and the browser shows an empty page ("Cannot set a node at a delta path").
    """
    return [st.container() for _ in range(count)]
