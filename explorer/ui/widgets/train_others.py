"""Trainings that are under way, so that one can be watched again without its link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from explorer import jobs
from explorer.runs import Run


def train_others(watched: Run | None, follow: Callable[[str], None]) -> None:
    """Draw a button for each that is not ``watched``; nothing where there is none."""
    others = [run for run in jobs.in_progress() if watched is None or run.name != watched.name]
    if not others:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Also in training" if watched else "In training", width="content")
        for run in others:
            st.button(
                run.name,
                key=f"follow-{run.name}",
                type="tertiary",
                icon=":material/visibility:",
                help=f"Watch it, {run.status().progress:.0%} done",
                on_click=follow,
                args=(run.name,),
            )
