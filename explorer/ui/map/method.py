"""Which projection the map shows."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.maps.fits import PROJECTIONS

METHOD_HELP = N_("""\
**How to read a t-SNE.** It puts images that are close in latent space close together on the page. Groups that
it shows are groups to the model. How far two groups lie apart, how large a group is and where on the page it lies
mean little; the axes have no unit.

**PCA** is a plain projection on the two directions in which μ varies most: distances are true there, but what
differs only in other directions falls together. **Two dimensions** are those of latent space itself. **UMAP** is to be
read as a t-SNE; scikit-learn's t-SNE is the slow reference.
""")
METHOD_KEY = "map-method"


def chosen_method() -> str:
    """The chosen method, available before the selector is drawn."""
    return st.session_state.get(METHOD_KEY) or next(iter(PROJECTIONS))


def map_method() -> str:
    """Draw the selector; returns a name of ``PROJECTIONS``."""
    titles = {method: _(spec.title) for method, spec in PROJECTIONS.items()}
    return st.selectbox(
        _("Projection"),
        list(titles),
        format_func=titles.__getitem__,
        key=METHOD_KEY,
        help=_(METHOD_HELP),
        persist_state="session",
    )
