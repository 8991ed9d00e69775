"""The estimated duration of the chosen training on this machine."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, duration
from explorer.base.languages import N_, _
from explorer.training import CALIBRATOR, TrainConfig, expected_s, expected_step, queue

POLL_S = 0.7


def train_estimate(config: TrainConfig, pause: bool) -> None:
    """Draw it once it is measured; ``pause`` stops measuring, because a training starts and needs the machine."""
    if pause:
        CALIBRATOR.drop()
    known = CALIBRATOR.measured(config)
    measuring = not (known or pause or any(map(queue.is_busy, queue.in_progress())))
    st.fragment(estimate, run_every=POLL_S if measuring else None)(config, known, measuring)


def estimate(config: TrainConfig, known: bool, measuring: bool) -> None:
    """Draw the estimate as it is now; the polling ends with the measurement."""
    if not (known or measuring):
        st.caption(_("Time is measured when no training runs"), help=_(HELP))
        return
    try:
        seconds = expected_s(config)
    except ExplorerError:  # what is wrong is said when it is started
        seconds = None
    if measuring and CALIBRATOR.measured(config):
        st.rerun()
    unknown = _("Measuring the time...") if measuring else _("How long it takes could not be measured")
    step = expected_step(config)
    known_s = _("About {duration} here; {step} a step") if step else _("About {duration} here")
    text = unknown if seconds is None else known_s.format(duration=duration(seconds), step=step)
    st.caption(text, help=_(HELP))


HELP = N_(
    "An estimate: this very model was trained for a second on made-up images, on this machine, and the rest is "
    "arithmetic; memory is reckoned from the sizes of its layers. Other work on the machine, or a download, makes it "
    "longer; patience may make it shorter."
)
