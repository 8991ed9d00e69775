"""Where samples are drawn from: the choice, and a density that is being fitted in a process of its own."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, duration
from explorer.base.languages import N_, _
from explorer.inference.densities import (
    DENSITIES,
    PRIOR,
    SOURCES,
    FittedDensity,
    density_file,
    fit_progress,
    kept_density,
    start_fit,
    stop_fit,
)
from explorer.runs import LoadedRun
from explorer.runs.tasks import TaskProgress
from explorer.ui.common import BY_WEIGHTS, cached, errors_shown, plain, show_error

SOURCE_HELP = N_(
    "Where z is drawn from. The prior is what the model was trained towards; where codes are spread otherwise, its "
    "draws fall between them. The others are densities fitted to the codes of images after the training, once, in "
    "seconds or up to a minute."
)
SOURCE_KEY = "sample-source"
FIT_POLL_S = 1.0
TRAINING_STATES = ("queued", "running")


def chosen_source(run: LoadedRun) -> str:
    """The source that the visitor has chosen; the prior at first, and where there are no codes to fit to."""
    lack = cached.no_latents(run)
    st.session_state.setdefault(SOURCE_KEY, PRIOR)
    chosen = st.segmented_control(
        _("Draw from"),
        SOURCES,
        required=True,
        key=SOURCE_KEY,
        format_func=lambda name: _("Prior") if name == PRIOR else _(DENSITIES[name].title),
        help=_(SOURCE_HELP) if lack is None else plain(str(lack)),
        disabled=lack is not None,
        persist_state="session",
    )
    return chosen if chosen in DENSITIES and lack is None else PRIOR


def density_here(run: LoadedRun, name: str) -> FittedDensity | None:
    """The density that the run keeps; else None, it is fitted, and how far that is stands on the page."""
    density = _density(run, name, cached.written(run.derived(density_file(name))))
    if density is None:
        fitting(run, name)
    return density


@st.cache_resource(max_entries=16, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _density(run: LoadedRun, name: str, written: int) -> FittedDensity | None:
    return kept_density(run, name) if written else None


@st.fragment(run_every=FIT_POLL_S)
@errors_shown()
def fitting(run: LoadedRun, name: str) -> None:
    """Start the fit unless it runs or has failed, and show how far it is; the samples are drawn when it has ended."""
    if st.session_state[SOURCE_KEY] != name:  # stopped
        st.rerun()
    if run.status.state in TRAINING_STATES:
        st.info(_("It is fitted when the training has ended."), icon=":material/hourglass:")
        return
    progress = fit_progress(run, name)
    if progress is None and kept_density(run, name) is not None:
        st.rerun()
    if progress is None:
        start_fit(run, name)
        progress = fit_progress(run, name)
    if progress is not None and progress.error:
        failed(run, name, ExplorerError(progress.error, progress.hint))
    elif progress is not None:
        under_way(run, name, progress)


def under_way(run: LoadedRun, name: str, progress: TaskProgress) -> None:
    """How far the fit is, and the button that ends it."""
    left = progress.seconds_left
    when = _("starting") if left is None else _("{duration} left").format(duration=duration(left))
    bar, button = st.columns([4, 1], vertical_alignment="center")
    title = _(DENSITIES[name].title)
    bar.progress(progress.done, text=_("Fitting: {density}, {when}").format(density=title, when=when))
    button.button(
        _("Stop"), icon=":material/stop:", key="fit-stop", on_click=stopped, args=(run, name), width="stretch"
    )


def stopped(run: LoadedRun, name: str) -> None:
    """End the fit, and draw from the prior again."""
    stop_fit(run, name)
    st.session_state[SOURCE_KEY] = PRIOR


def failed(run: LoadedRun, name: str, error: ExplorerError) -> None:
    """What went wrong, and one more try."""
    show_error(error)
    if st.button(_("Try again"), icon=":material/refresh:", key="fit-again"):
        start_fit(run, name)
