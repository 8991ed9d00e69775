"""A map that is being fitted in a process of its own: its progress, its intermediate points, and stopping it."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, duration
from explorer.base.languages import _
from explorer.maps.fits import (
    MapOptions,
    MapSplit,
    Projection,
    forget_map,
    map_frame,
    map_progress,
    projection_spec,
    start_map,
    stop_map,
    used,
)
from explorer.runs import LoadedRun
from explorer.ui.common import errors_shown, show_error

FIT_POLL_S = 1.0
TRAINING_STATES = ("queued", "running")


def being_fitted(run: LoadedRun, method: str, options: MapOptions, split: MapSplit) -> bool:
    """Whether it is worth looking again in a second."""
    progress = map_progress(run, method, options, split)
    return progress is not None and not progress.error


def map_fit(run: LoadedRun, method: str, options: MapOptions, split: MapSplit) -> Projection | None:
    """Start the fit unless it runs or has failed, and show how far it is; the map as it is by now, None before that."""
    title = _(projection_spec(method).title)
    if run.status.state in TRAINING_STATES:
        text = _("The {title} is fitted when the training has ended; this is the PCA.")
        st.info(text.format(title=title), icon=":material/hourglass:")
        return None
    if map_progress(run, method, options, split) is None:
        with errors_shown():
            start_map(run, method, options, split)
    progress = map_progress(run, method, options, split)
    if progress is None:  # it could not be started, or is there by now
        return None
    if progress.error:
        failed(run, method, options, split, ExplorerError(progress.error, progress.hint))
        return None
    points = map_frame(run, method, options, split)
    left = progress.seconds_left
    when = _("starting") if left is None else _("{duration} left").format(duration=duration(left))
    until = _("Until then this is the PCA.") if points is None else _("Above it takes shape.")
    bar, button = st.columns([3, 1], vertical_alignment="center")
    fitting = _("Fitting the {title}, {when}. {until}").format(title=title, when=when, until=until)
    bar.progress(progress.done, text=fitting)
    if points is None:
        return None
    if button.button(_("Stop and keep"), icon=":material/stop:", key="map-stop", width="stretch"):
        stop_map(run, method, options, split)
    return Projection(method, split, points, used(method, options))


def failed(run: LoadedRun, method: str, options: MapOptions, split: MapSplit, error: ExplorerError) -> None:
    """What went wrong, and one more try."""
    show_error(error)
    if st.button(_("Try again"), icon=":material/refresh:", key="map-again"):
        with errors_shown():
            start_map(run, method, options, split)


def stopped(run: LoadedRun, projection: Projection) -> None:
    """A map that was ended early says so, and can be fitted to its end."""
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.caption(_("Stopped before it had settled: groups may still lie in pieces."))
    if button.button(_("Fit to the end"), icon=":material/play_arrow:", key="map-finish", width="stretch"):
        with errors_shown():
            of = (run, projection.method, projection.options, projection.split)
            forget_map(*of)
            start_map(*of)
