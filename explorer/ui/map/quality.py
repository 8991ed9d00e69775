"""The quality of the map, beside that of a shuffled control."""

from __future__ import annotations

import streamlit as st

from explorer.base.languages import N_, _
from explorer.base.text import percentage, percentage_with_error, share, share_with_error
from explorer.maps.fits import Quality

QUALITY_HELP = N_("""\
**Trustworthiness**: penalises those of a point's 10 neighbours on the map that are far in latent space; 1 is best
(Venna and Kaski 2001). It is lenient: a neighbour that was the 50th of thousands costs next to nothing.
**Neighbours kept**: the share of a point's 10 nearest in latent space that are among its 10 nearest on the map.
**Same class**: the share of a point's 10 nearest that have its class, on the map and in latent space. A map has no
more information than the latent space: a much larger share on the map is an artefact of the projection. **Shuffled**:
the same with the points randomly permuted, the baseline of a map without information. **±**: standard error over the
images.
""")


def map_quality(quality: Quality, total: int) -> None:
    """Draw one line of measures, the control in brackets; of too few points only why there are none."""
    if quality.unknown:
        st.caption(_("Quality of the map: {reason}").format(reason=quality.unknown), help=_(QUALITY_HELP))
        return
    sample = _("Measured on all points.")
    if quality.n != total:
        sample = _("Measured on {n:,} points drawn at random.").format(n=quality.n)
    text = _("{facts}. {note}").format(facts=_("; ").join(quality_facts(quality)), note=_(quality.trust_note))
    st.caption(text, help=f"{_(QUALITY_HELP)}\n{sample}")


def quality_facts(quality: Quality) -> list[str]:
    """Each measure with its error and its control; the class agreement only where there are classes."""
    trust = share_with_error(*quality.with_error("trustworthiness"))
    kept = percentage_with_error(*quality.with_error("neighbour_preservation"))
    facts = [
        _("Trustworthiness **{value}** (shuffled {shuffled})").format(value=trust, shuffled=share(quality.shuffled, 2)),
        _("neighbours kept **{value}** (shuffled {shuffled})").format(
            value=kept, shuffled=percentage(quality.preservation_shuffled)
        ),
    ]
    if quality.knn_shuffled is not None:
        on_map, in_mu = (percentage_with_error(*quality.with_error(name)) for name in ("knn_map", "knn_mu"))
        text = _("same class among 10 nearest **{on_map}**, in latent space {in_mu} (shuffled {shuffled})")
        facts.append(text.format(on_map=on_map, in_mu=in_mu, shuffled=percentage(quality.knn_shuffled)))
    return facts
