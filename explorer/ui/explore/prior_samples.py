"""A grid of images decoded from draws of the prior."""

from __future__ import annotations

import streamlit as st

from explorer.images import grid, to_png
from explorer.inference import decode
from explorer.inference.latent_space import prior_codes
from explorer.runs import Run
from explorer.ui.common import NO_ELBO, cached, errors_shown, state

N = 64
SAMPLE_COLUMNS = 16
SHEET_SIDE = 1200


@st.fragment
@errors_shown()  # inside: a fragment reruns without the page around it
def prior_samples(run: Run) -> None:
    """64 draws with their temperature, a button for other ones, and a button that saves them."""
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    temperature = left.slider(
        "Temperature", 0.1, 1.5, 1.0, 0.05, key="temperature",
        persist_state="session",
        help="The draws' standard deviation. At 1 they are the prior's; lower ones are more typical and less varied.",
    )  # fmt: skip
    if middle.button("Draw again", icon=":material/casino:", width="stretch"):
        state.next_seed()
    png = _sheet(run.name, cached.version(run), temperature, state.seed(), run)
    right.download_button(
        "Save", png, f"{run.name}-samples.png", "image/png", icon=":material/download:", width="stretch",
        on_click="ignore",
    )  # fmt: skip
    st.image(png, caption=f"{N} decoded draws of z from the prior, temperature {temperature:g}", width="stretch")
    if not run.facts()[0].variational:
        st.caption(f"{NO_ELBO} These draws are a standard normal's all the same: many fall where no code lies.")


@st.cache_data(max_entries=64, show_spinner=False)
def _sheet(name: str, version: str, temperature: float, seed: int, _run: Run) -> bytes:
    sheet = grid(decode(_run, prior_codes(_run, N, temperature, seed)), columns=SAMPLE_COLUMNS, gap=1)
    return to_png(sheet, scale=max(1, SHEET_SIDE // sheet.shape[2]))
