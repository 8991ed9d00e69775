"""The learning curves of the runs in one figure."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from explorer.base.languages import _
from explorer.measures import groups, has_prior, same_nats
from explorer.runs import metric_lines
from explorer.ui.common import errors_shown, rerun_if_replaced
from explorer.ui.compare.figures import COMPARED_HEIGHT, Course, compared_curves
from explorer.ui.compare.runs import Side

PLOT_CONFIG = {"displayModeBar": False}


@st.fragment
@errors_shown()
def compare_curves(sides: Sequence[Side]) -> None:
    """Draw them, and say where a run has none."""
    rerun_if_replaced(*(side.run for side in sides))
    courses = [Course(side.label, side.colour, metric_lines(side.run.run), has_prior(side.run)) for side in sides]
    comparable = len(groups([side.run for side in sides], same_nats)) == 1
    title = (
        _("Test images after each epoch: lower -ELBO is better")
        if comparable
        else _("Of different kinds: compare the course, not the height")
    )
    chart = compared_curves(courses, title, st.context.theme.type == "dark")
    st.plotly_chart(chart, key="compare-curves", theme=None, height=COMPARED_HEIGHT, config=PLOT_CONFIG, alt=title)
    for course in courses:
        if not course.metrics:
            st.caption(_("{run} keeps no record of its training.").format(run=course.label))
