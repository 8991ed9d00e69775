"""The estimated duration of the chosen training on this machine."""

from __future__ import annotations

import streamlit as st

from explorer.base import ExplorerError, duration
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
        st.caption("Time is measured when no training runs", help=HELP)
        return
    try:
        seconds = expected_s(config)
    except ExplorerError:  # what is wrong is said when it is started
        seconds = None
    if measuring and CALIBRATOR.measured(config):
        st.rerun()
    unknown = "Measuring the time..." if measuring else "How long it takes could not be measured"
    step = expected_step(config)
    a_step = f"; {step} a step" if step else ""
    st.caption(f"About {duration(seconds)} here{a_step}" if seconds is not None else unknown, help=HELP)


HELP = (
    "An estimate: this very model was trained for a second on made-up images, on this machine, and the rest is "
    "arithmetic; memory is reckoned from the sizes of its layers. Other work on the machine, or a download, makes it "
    "longer; patience may make it shorter."
)
