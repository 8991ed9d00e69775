"""z in the page's link: ``?z=0.5000,-1.2000``, absent at the prior's mean."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

Z_PARAMETER = "z"


def read_z(latent: int) -> NDArray[np.float32] | None:
    """z [K] of the link, or None where it has none that fits."""
    text = st.query_params.get(Z_PARAMETER)
    if text is None or len(text) > 32 * latent:
        return None
    try:
        z = np.array([float(part) for part in text.split(",")], np.float32)
    except ValueError:
        return None
    return z if z.shape == (latent,) and np.isfinite(z).all() else None


def write_z(z: NDArray[np.floating]) -> None:
    """Put z into the link, to four decimals (the precision of the component)."""
    text = ",".join(f"{value:.4f}" for value in z)
    if not np.any(z):
        st.query_params.pop(Z_PARAMETER, None)
    elif st.query_params.get(Z_PARAMETER) != text:
        st.query_params[Z_PARAMETER] = text
