"""Diagnose: whether the model can be trusted, in a sentence, in numbers and dimension by dimension."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import translate_stored
from explorer.measures import kept_measures, verdict
from explorer.ui.common import errors_shown, places, state
from explorer.ui.components.live import rerun_on_demand
from explorer.ui.diagnose import (
    MEASURE_POLL_S,
    anything_drawn,
    being_measured,
    diagnose_download,
    diagnose_factors,
    diagnose_figures,
    diagnose_measure,
    diagnose_table,
    report_download,
)

ICONS = {True: ":material/check_circle:", False: ":material/error:", None: ":material/help:"}


@errors_shown()
def page(polling: bool) -> None:
    """The verdict, then figures and table; while measures are taken, how far they are."""
    run = state.current_run()
    found = kept_measures(run)
    diagnosis = verdict(found)
    heading, progress = st.container(), st.container()  # the progress keeps its place when the verdict comes
    if diagnosis is not None:
        icon = ICONS[diagnosis.sound]
        heading.markdown(f"## {icon} {diagnosis.sentence}")
        heading.caption(diagnosis.advice)
    under_way = being_measured(run)
    with progress:
        diagnose_measure(run, found)
    if found:
        numbers = st.container(key="picture-first")
        if anything_drawn(found):
            figures, numbers = numbers.columns([6, 5], gap="large")
            with figures:
                diagnose_figures(run, found)
                diagnose_factors(run, found)
        with numbers:
            diagnose_table(run, found)
            if run.config.test_caveat:
                st.caption(translate_stored(run.config.test_caveat))
            diagnose_download(run, found)
            report_download(run)
    if under_way != polling:
        st.rerun()  # once, so that the page looks again each second, or no longer does


(place,) = places(1)
with place, errors_shown():
    polling = being_measured(state.current_run())
    st.fragment(page, run_every=MEASURE_POLL_S if polling else None)(polling)
rerun_on_demand()
