"""What a visitor says of a model that its files do not say."""

from __future__ import annotations

import re

import streamlit as st

from explorer.base import ExplorerError
from explorer.base.languages import N_, _
from explorer.importing import Conventions

SHAPE = re.compile(r"\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*")
OPEN = N_("as its files say")
# of ``Conventions``: the label, and what may be said
FIELDS = {
    "layout": (N_("Layout"), N_("NCHW, NHWC or flat.")),
    "pixels": (N_("Pixels"), N_("The encoder's scale: 0,1 or -1,1.")),
    "posterior": (N_("Posterior"), N_("What the encoder returns: mu,logvar or mu,sigma or mu,log_sigma or mu.")),
    "output": (N_("Output"), N_("What the decoder returns: probabilities, logits or pixels.")),
}


def said_conventions() -> Conventions:
    """Draw the fields; what stands in them. Raises ExplorerError for what cannot be read."""
    left, right = st.columns(2)
    with left:
        shape = st.text_input(_("Shape"), placeholder="C,H,W", key="load-shape", persist_state="session")
        likelihood = likelihood_field()
        sigma = st.number_input(_("Sigma"), 0.0, value=None, placeholder=_(OPEN), key="load-sigma", help=_(SIGMA_HELP))
    with right:
        texts = {name: text_field(name, _(label), _(help)) for name, (label, help) in FIELDS.items()}
    return Conventions(shape=shape_of(shape), likelihood=likelihood, sigma=sigma, **texts)


def likelihood_field() -> str | None:
    """Draw the choice of the likelihood."""
    from models import LIKELIHOODS

    return st.selectbox(_("Likelihood"), [None, *LIKELIHOODS, "unknown"], format_func=lambda one: one or _(OPEN),
                        key="load-likelihood", help=_(LIKELIHOOD_HELP), persist_state="session")  # fmt: skip


def text_field(name: str, label: str, help: str) -> str | None:
    """Draw a field of text; None where it is empty."""
    return (
        st.text_input(label, placeholder=_(OPEN), key=f"load-{name}", help=help, persist_state="session").strip()
        or None
    )


def shape_of(text: str) -> tuple[int, int, int] | None:
    """Channels, height and width; None for nothing, ExplorerError for anything else."""
    if not text.strip():
        return None
    found = SHAPE.fullmatch(text)
    if found is None:
        raise ExplorerError(
            _("The shape is '{text}'.").format(text=text[:40]), _("Give channels, height and width, as in 1,28,28.")
        )
    channels, height, width = map(int, found.groups())
    return channels, height, width


SIGMA_HELP = N_("Of a Gaussian likelihood, for pixels in [0, 1].")
LIKELIHOOD_HELP = N_("Of a pixel given z. Unknown: no ELBO and no likelihood is shown.")
