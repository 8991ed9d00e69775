"""How far the map can be trusted: its figures beside those of a map worth nothing."""

from __future__ import annotations

import streamlit as st

from explorer.maps.fits import Quality

HELP = """\
**Trustworthiness**: how few strangers stand among a point's 10 neighbours on the map; 1 is none (Venna and Kaski 2001).
**Same class**: the share of a point's 10 nearest that have its class, on the map and in latent space. A map cannot know
more than the latent space: a much larger share on the map is the map's doing. **Shuffled**: the same with the places
dealt out at random, which is what a map worth nothing reaches.
"""


def map_quality(quality: Quality, total: int) -> None:
    """One line of figures, the control in brackets."""
    facts = [f"Trustworthiness **{quality.trustworthiness:.3f}** (shuffled {quality.shuffled:.2f})"]
    if quality.knn_map is not None:
        facts.append(
            f"same class among 10 nearest **{quality.knn_map:.0%}**, in latent space {quality.knn_mu:.0%} "
            f"(shuffled {quality.knn_shuffled:.0%})"
        )
    sample = "all points" if quality.n == total else f"{quality.n:,} points drawn at random"
    st.caption("; ".join(facts) + ".", help=f"{HELP}\nMeasured on {sample}.")
