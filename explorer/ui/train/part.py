"""The training part of the Models page: choose what to train, start it in a process of its own, watch its directory."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.base import ExplorerError
from explorer.runs import Run, find_run
from explorer.training import presets, queue
from explorer.ui.common import errors_shown, places, show_error, state
from explorer.ui.train.form import choose_data, train_form
from explorer.ui.train.queue import train_queue
from explorer.ui.train.watch import train_watch

LINK = "run"  # the query parameter: a reload, or another browser, goes on watching


def train_part(below: DeltaGenerator) -> None:
    """Draw the form, and ``below`` the queue and the training that is watched."""
    run = watched()
    with below:
        waiting, watch = places(2)
    with errors_shown():
        configs = train_form(None if run is None else run.name)
        for config in configs:
            presets.startable(config)
        if configs and not presets.just_started(state.training_run(), configs[0]):
            started = [queue.start(config) for config in configs]
            follow(started[0].name)
            st.rerun()  # with the form folded away
    with waiting:
        train_queue(run, follow)
    if run is not None:
        with watch:
            train_watch(run)


def train_on(dataset: str) -> None:
    """Put a data set into the form, which is open then; call it before the page is drawn."""
    choose_data(dataset, st.query_params.get(LINK) or state.training_run())


def follow(name: str) -> None:
    """Watch this run from now on."""
    state.watch_training(name)
    if st.query_params.get(LINK) != name:
        st.query_params[LINK] = name


def watched() -> Run | None:
    """The run in the link, else the one that this visitor watched last."""
    name = st.query_params.get(LINK) or state.training_run()
    if name is None:
        return None
    try:
        run = find_run(name)
    except ExplorerError as error:
        show_error(error)
        return None
    follow(name)
    return run
