"""A map that is being fitted in a process of its own: how far it is, and when it will be there."""

from __future__ import annotations

import streamlit as st

from explorer import map_jobs
from explorer.errors import ExplorerError
from explorer.projections import projection_spec
from explorer.runs import Run
from explorer.ui.widgets.message import errors_shown, show_error
from explorer.units import duration

POLL_S = 1.0
TRAINING = ("queued", "running")


def map_fit(run: Run, method: str) -> None:
    """Start the fit unless it runs or has failed, and show it until the map is there."""
    title = projection_spec(method).title
    if run.status().state in TRAINING:
        st.info(f"The {title} is fitted when the training has ended; this is the PCA.", icon=":material/hourglass:")
        return
    with errors_shown():
        if map_jobs.map_progress(run, method) is None:
            map_jobs.start_map(run, method)
        watch(run, method)


@st.fragment(run_every=POLL_S)
def watch(run: Run, method: str) -> None:
    """One look at the progress; the whole page again once the map is there."""
    progress = map_jobs.map_progress(run, method)
    if progress is None:
        st.rerun()
    if progress.error:
        failed(run, method, ExplorerError(progress.error, progress.hint))
        return
    left = progress.seconds_left
    when = "starting" if left is None else f"{duration(left)} left"
    title = projection_spec(method).title
    st.progress(progress.done, text=f"Fitting the {title}, {when}. Until then this is the PCA.")


def failed(run: Run, method: str, error: ExplorerError) -> None:
    """What went wrong, and one more try."""
    show_error(error)
    if st.button("Try again", icon=":material/refresh:", key="map-again"):
        with errors_shown():
            map_jobs.start_map(run, method)
            st.rerun()
