"""Measuring a run: the button, progress and errors."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from explorer.base import ExplorerError, duration
from explorer.base.languages import _, ngettext, translate_stored
from explorer.inference import latents_lack
from explorer.measures import MEASURES, Measured, kept_measures, measure_progress, start_measures, stop_measures
from explorer.measures.seeds import replicates
from explorer.runs import LoadedRun
from explorer.runs.tasks import TaskProgress
from explorer.ui.common import cached, errors_shown, show_error

MEASURE_POLL_S = 1.0
TRAINING_STATES = ("queued", "running")


def being_measured(run: LoadedRun) -> bool:
    """Whether it is worth looking again in a second."""
    progress = measure_progress(run)
    return progress is not None and not progress.error


def diagnose_measure(run: LoadedRun, found: Mapping[str, Measured]) -> None:
    """What stands above the measures while some are missing."""
    progress = measure_progress(run)
    if progress is not None and not progress.error:
        measuring_under_way(run, progress)
        return
    unmeasured = unmeasured_seeds(run) if len(found) == len(MEASURES) else 0
    if progress is not None and (unmeasured or len(found) < len(MEASURES)):
        show_error(ExplorerError(progress.error, progress.hint))
    if not found:
        asks = _("Nothing is measured without being asked: it takes a few minutes, once.")
        offer_measuring(run, _("Measure this model"), asks)
    elif len(found) < len(MEASURES):
        text = _("{n} of {total} measures are taken. The others take a few minutes, once.")
        offer_measuring(run, _("Measure the rest"), text.format(n=len(found), total=len(MEASURES)))
    elif unmeasured:
        text = ngettext(
            "{n} training with another seed is not measured: with it, figures are mean and deviation.",
            "{n} trainings with other seeds are not measured: with them, figures are mean and deviation.",
            unmeasured,
        )
        offer_measuring(run, _("Measure the other seeds"), text.format(n=unmeasured), all_seeds=True)


def unmeasured_seeds(run: LoadedRun) -> int:
    """How many runs that differ from this one in the seed alone lack a measure."""
    return sum(len(kept_measures(one)) < len(MEASURES) for one in replicates(run))


def measuring_under_way(run: LoadedRun, progress: TaskProgress) -> None:
    """How far it is, and the button that ends it."""
    left = progress.seconds_left
    when = _("starting") if left is None else _("{duration} left").format(duration=duration(left))
    text = _("Measuring, {when}").format(when=when)
    if progress.title:
        text = _("Measuring {title}, {when}").format(title=translate_stored(progress.title), when=when)
    bar, button = st.columns([4, 1], vertical_alignment="center")
    bar.progress(progress.done, text=text)
    button.button(
        _("Stop"),
        icon=":material/stop:",
        key="measure-stop",
        on_click=stop_measures,
        args=(run,),
        width="stretch",
        help=_("Measures that are finished are kept."),
    )


def offer_measuring(run: LoadedRun, label: str, asks: str, all_seeds: bool = False) -> None:
    """What is asked and the button, where measuring is possible; else why not. ``all_seeds``: of the other runs too."""
    if run.status.state in TRAINING_STATES:
        st.info(_("The model is measured when its training has ended."), icon=":material/hourglass:")
        return
    if lack := latents_lack(run):
        show_error(lack)
        return
    if cached.images(run) is None and run.model.encodes:
        text = _("The test images of {data} are not here, or not those that {run} was trained with.")
        message = text.format(data=run.data.name, run=run.name)
        show_error(ExplorerError(message, _("Put the data back, or choose another model.")))
        return
    words, button = st.columns([3, 1], vertical_alignment="center")
    words.markdown(asks)
    if button.button(label, icon=":material/play_arrow:", key="measure", type="primary", width="stretch"):
        with errors_shown():
            start_measures(run, all_seeds=all_seeds)
        st.rerun()
