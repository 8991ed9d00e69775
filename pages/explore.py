"""Explore: drag through latent space and watch the decoded image."""

import streamlit as st

from explorer.ui.common import errors_shown, state
from explorer.ui.components.live import rerun_on_demand
from explorer.ui.components.live.panel import live_panel
from explorer.ui.explore import prior_samples

with errors_shown():
    run = state.current_run()
    live_panel(run)
    st.subheader("Samples from the prior", anchor=False)
    prior_samples(run)
rerun_on_demand()
