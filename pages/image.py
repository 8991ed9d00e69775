"""Image: the visitor's own picture, its reconstruction and its anomaly scores."""

from __future__ import annotations

import streamlit as st

from explorer.inference import require
from explorer.ui.common import errors_shown, state
from explorer.ui.components.live import rerun_on_demand
from explorer.ui.components.map import warm_map
from explorer.ui.image import empty_frames, image_source, image_subject, image_tabs, image_verdict, reconstruction


def page() -> None:
    """The sources in a row, below them the pictures with the verdict beside them; all else behind tabs."""
    run = state.current_run()
    require(run, "encoder", "decoder")
    picked = image_source(run)
    with st.container(key="picture-first"):
        left, right = st.columns([8, 3], gap="large")
    with right:
        verdict = st.container(key="verdict")
        subject = image_subject(run, picked)
    with left:
        if subject is None:
            empty_frames()
        else:
            reconstruction(subject.result, subject.title)
    image_tabs(run, subject)
    if subject is not None:
        with verdict, errors_shown():
            image_verdict(subject)


warm_map()
with errors_shown():
    page()
rerun_on_demand()
