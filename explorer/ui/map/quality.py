"""The quality of the map, beside that of a shuffled control."""

from __future__ import annotations

import streamlit as st

from explorer.base.text import percentage, percentage_with_error, share, share_with_error
from explorer.maps.fits import Quality

QUALITY_HELP = """\
**Trustworthiness**: penalises those of a point's 10 neighbours on the map that are far in latent space; 1 is best
(Venna and Kaski 2001). It is lenient: a neighbour that was the 50th of thousands costs next to nothing.
**Neighbours kept**: the share of a point's 10 nearest in latent space that are among its 10 nearest on the map.
**Same class**: the share of a point's 10 nearest that have its class, on the map and in latent space. A map has no
more information than the latent space: a much larger share on the map is an artefact of the projection. **Shuffled**:
the same with the points randomly permuted, the baseline of a map without information. **±**: standard error over the
images.
"""


def map_quality(quality: Quality, total: int) -> None:
    """Draw one line of measures, the control in brackets; of too few points only why there are none."""
    if quality.unknown:
        st.caption(f"Quality of the map: {quality.unknown}", help=QUALITY_HELP)
        return
    sample = "all points" if quality.n == total else f"{quality.n:,} points drawn at random"
    text = "; ".join(quality_facts(quality)) + f". {quality.trust_note}"
    st.caption(text, help=f"{QUALITY_HELP}\nMeasured on {sample}.")


def quality_facts(quality: Quality) -> list[str]:
    """Each measure with its error and its control; the class agreement only where there are classes."""
    trust = share_with_error(*quality.with_error("trustworthiness"))
    kept = percentage_with_error(*quality.with_error("neighbour_preservation"))
    facts = [
        f"Trustworthiness **{trust}** (shuffled {share(quality.shuffled, 2)})",
        f"neighbours kept **{kept}** (shuffled {percentage(quality.preservation_shuffled)})",
    ]
    if quality.knn_shuffled is not None:
        on_map, in_mu = (percentage_with_error(*quality.with_error(name)) for name in ("knn_map", "knn_mu"))
        facts.append(
            f"same class among 10 nearest **{on_map}**, in latent space {in_mu} "
            f"(shuffled {percentage(quality.knn_shuffled)})"
        )
    return facts
