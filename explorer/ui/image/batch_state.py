"""The state of a visitor's batch of images."""

from __future__ import annotations

import streamlit as st

from explorer.image_lab import BatchWork
from explorer.runs import LoadedRun

BATCHES = "batch-by-run"


def batch(run: LoadedRun) -> BatchWork | None:
    """The batch that the visitor last had put through this run's model."""
    work: BatchWork | None = st.session_state.get(BATCHES, {}).get(run.name)
    return work


def begin_batch(run: LoadedRun, work: BatchWork) -> None:
    """Have another batch put through; the former one ends."""
    former = batch(run)
    if former is not None:
        former.cancel()
    st.session_state.setdefault(BATCHES, {})[run.name] = work
