"""A page of two canvases and what Python got of each, for ``test_canvas.py``; served by ``canvas_app.py``."""

from __future__ import annotations

import json

import numpy as np
import streamlit as st

from explorer.ui.components.canvas.component import canvas

left, right = st.columns(2)
with left:
    drawn = canvas("drawn", mode="draw", shape=(280, 280), label="draw a digit")
    st.code("nothing" if drawn is None else json.dumps([drawn.shape, int((drawn < 128).sum()), str(drawn.dtype)]))
with right:
    times = st.session_state.setdefault("times", 0)
    if st.button("Lower half"):
        times = st.session_state["times"] = times + 1
    if st.toggle("Show the mask", True):
        half = np.zeros((14, 28), bool)
        half[7:] = times > 0
        picture = np.zeros((1, 14, 28), np.uint8)
        picture[:, 4:10] = 255
        hidden = canvas(
            "hidden", mode="mask", shape=(14, 28), background=picture, start=half, stamp=times, label="hide"
        )
        st.code("nothing" if hidden is None else json.dumps(hidden.tolist()))
