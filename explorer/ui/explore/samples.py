"""A grid of images decoded from draws of the prior, or of a density that is fitted to the codes of the images."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.images import grid, to_png
from explorer.inference import decode
from explorer.inference.densities import DENSITIES, PRIOR, FittedDensity, drawn_from
from explorer.runs import LoadedRun
from explorer.ui.common import BY_WEIGHTS, NO_ELBO, errors_shown, rerun_if_replaced, state
from explorer.ui.explore.sample_source import chosen_source, density_here

TEMPERATURE_HELP = N_(
    "The standard deviation of the noise that each draw is made of: of the prior that is z itself, of a mixture what "
    "is added to a component's mean, of a kernel density what is added to a code, of a flow what goes through it. "
    "Lower ones are more typical and less varied."
)
OF_PRIOR = N_("{n} decoded draws of z from the prior, temperature {temperature:g}")
OF_TRAINING = N_("Fitted after the training to the codes of {n:,} training images.")
OF_TEST = N_("Fitted to the codes of {n:,} test images: those of the training are not here.")
N = 64
SAMPLE_COLUMNS = 16
SHEET_SIDE = 1200


@st.fragment
@errors_shown()  # inside: a fragment reruns without the page around it
def prior_samples(run: LoadedRun) -> None:
    """64 draws with their source and temperature, a button for other ones, and a button that saves them."""
    rerun_if_replaced(run)
    source = chosen_source(run)
    left, middle, right = st.columns([4, 1, 1], vertical_alignment="bottom")
    temperature = left.slider(
        _("Temperature"), 0.1, 1.5, 1.0, 0.05, key="temperature",
        persist_state="session",
        help=_(TEMPERATURE_HELP),
    )  # fmt: skip
    if middle.button(_("Draw again"), icon=":material/casino:", width="stretch"):
        state.next_seed()
    density = None
    if source != PRIOR and (density := density_here(run, source)) is None:
        return
    png = _sheet(run, source, 0 if density is None else density.n, density, temperature, state.seed())
    right.download_button(
        _("Save"), png, f"{run.name}-samples.png", "image/png", icon=":material/download:", width="stretch",
        on_click="ignore",
    )  # fmt: skip
    caption = caption_of(source, temperature)
    st.image(png, caption=caption, width="stretch", alt=caption)
    if note := what_to_know(run, density):
        st.caption(note)


def caption_of(source: str, temperature: float) -> str:
    """What the grid shows."""
    text = OF_PRIOR if source == PRIOR else DENSITIES[source].caption
    return _(text).format(n=N, temperature=temperature)


def what_to_know(run: LoadedRun, density: FittedDensity | None) -> str:
    """What the draws are worth; "" of the prior's where the model has one."""
    if density is not None:
        return _(OF_TRAINING if density.split == "train" else OF_TEST).format(n=density.n)
    if run.model.variational:
        return ""
    text = _("{no_elbo} These draws are a standard normal's all the same: many fall where no code lies.")
    return text.format(no_elbo=_(NO_ELBO))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_WEIGHTS)
def _sheet(run: LoadedRun, source: str, n: int, _density: FittedDensity | None, temperature: float, seed: int) -> bytes:
    sheet = grid(decode(run, drawn_from(_density, run, N, temperature, seed)), columns=SAMPLE_COLUMNS, gap=1)
    return to_png(sheet, scale=max(1, SHEET_SIDE // sheet.shape[2]))
