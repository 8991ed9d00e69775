"""Explore: drag through latent space and watch the decoded image."""

import streamlit as st

from explorer.ui import state
from explorer.ui.live import rerun_on_demand
from explorer.ui.widgets.live_panel import live_panel
from explorer.ui.widgets.message import errors_shown
from explorer.ui.widgets.prior_samples import prior_samples

with errors_shown():
    run = state.current_run()
    live_panel(run)
    st.subheader("Samples from the prior", anchor=False)
    prior_samples(run)
rerun_on_demand()
