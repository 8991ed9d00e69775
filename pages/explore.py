"""Explore: drag through latent space and watch the decoded image."""

import streamlit as st

from explorer.base.languages import _
from explorer.ui.common import errors_shown, state
from explorer.ui.components.live import live_panel, rerun_on_demand
from explorer.ui.explore import prior_samples, share_button, without_decoder

with errors_shown():
    run = state.current_run()
    if run.model.decodes:
        live_panel(run)
        share_button(run)
        st.header(_("Samples"), anchor=False)
        prior_samples(run)
    else:
        without_decoder(run)
rerun_on_demand()
