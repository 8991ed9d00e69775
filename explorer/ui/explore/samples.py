"""A grid of images decoded from draws of the prior."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.images import grid, to_png
from explorer.inference import decode
from explorer.inference.latent_space import prior_codes
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, NO_ELBO, errors_shown, rerun_if_replaced, state

TEMPERATURE_HELP = N_(
    "The draws' standard deviation. At 1 they are the prior's; lower ones are more typical and less varied."
)
N = 64
SAMPLE_COLUMNS = 16
SHEET_SIDE = 1200


@st.fragment
@errors_shown()  # inside: a fragment reruns without the page around it
def prior_samples(run: LoadedRun) -> None:
    """64 draws with their temperature, a button for other ones, and a button that saves them."""
    rerun_if_replaced(run)
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    temperature = left.slider(
        _("Temperature"), 0.1, 1.5, 1.0, 0.05, key="temperature",
        persist_state="session",
        help=_(TEMPERATURE_HELP),
    )  # fmt: skip
    if middle.button(_("Draw again"), icon=":material/casino:", width="stretch"):
        state.next_seed()
    png = _sheet(run, temperature, state.seed())
    right.download_button(
        _("Save"), png, f"{run.name}-samples.png", "image/png", icon=":material/download:", width="stretch",
        on_click="ignore",
    )  # fmt: skip
    text = _("{n} decoded draws of z from the prior, temperature {temperature:g}")
    caption = text.format(n=N, temperature=temperature)
    st.image(png, caption=caption, width="stretch", alt=caption)
    if not run.model.variational:
        text = _("{no_elbo} These draws are a standard normal's all the same: many fall where no code lies.")
        st.caption(text.format(no_elbo=_(NO_ELBO)))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _sheet(run: LoadedRun, temperature: float, seed: int) -> bytes:
    sheet = grid(decode(run, prior_codes(run, N, temperature, seed)), columns=SAMPLE_COLUMNS, gap=1)
    return to_png(sheet, scale=max(1, SHEET_SIDE // sheet.shape[2]))
