"""The quality of the map, beside that of a shuffled control."""

from __future__ import annotations

import streamlit as st

from explorer.maps.fits import Quality

QUALITY_HELP = """\
**Trustworthiness**: penalises those of a point's 10 neighbours on the map that are far in latent space; 1 is best
(Venna and Kaski 2001).
**Same class**: the share of a point's 10 nearest that have its class, on the map and in latent space. A map has no
more information than the latent space: a much larger share on the map is an artefact of the projection. **Shuffled**:
the same with the points randomly permuted, the baseline of a map without information.
"""


def map_quality(quality: Quality, total: int) -> None:
    """Draw one line of measures, the control in brackets; of too few points only why there are none."""
    if quality.unknown:
        st.caption(f"Quality of the map: {quality.unknown}", help=QUALITY_HELP)
        return
    facts = [f"Trustworthiness **{quality.trustworthiness:.3f}** (shuffled {quality.shuffled:.2f})"]
    if quality.knn_map is not None:
        facts.append(
            f"same class among 10 nearest **{quality.knn_map:.0%}**, in latent space {quality.knn_mu:.0%} "
            f"(shuffled {quality.knn_shuffled:.0%})"
        )
    sample = "all points" if quality.n == total else f"{quality.n:,} points drawn at random"
    st.caption("; ".join(facts) + ".", help=f"{QUALITY_HELP}\nMeasured on {sample}.")
