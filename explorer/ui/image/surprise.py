"""The anomaly scores of an image among those of held-out images, and the misfit of its pixels."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import counted, significant
from explorer.base.languages import N_, _
from explorer.base.text import percentage
from explorer.image_lab.scores import SCORE_DRAWS, SCORES, Misfit, ScoreQuantiles
from explorer.inference import likelihood_kind
from explorer.measures import nats_note
from explorer.runs import LoadedRun
from explorer.ui.common import NO_ELBO, Picture, cached, pictures, plain, scale, standing
from explorer.ui.common.figures import ACCENT, magnitude_picture
from explorer.ui.image import cached_scores
from explorer.ui.image.subject import Subject
from explorer.ui.image.verdict import accuracy, verdict_score

SCORE_BINS = 48
TAIL_PERCENT = 1  # of the held-out values above do not stretch the axis
CAVEAT = N_(
    "Likelihoods and cross-entropies alone rank simple images too high "
    "([Nalisnick et al. 2019](https://arxiv.org/abs/1810.09136)): compare -ELBO with **Corrected for simplicity**."
)
MISFIT_HELP = N_(
    "Each pixel's share of -log p(x|z) beyond what a perfect decoder would pay for it, averaged over "
    "{draws} draws of z."
)


def image_surprise(subject: Subject) -> None:
    """Draw the tab: a row for each score, and beside them the pixels that the model disagrees with."""
    run = subject.run
    score_quantiles = cached_scores.score_quantiles(run)
    found = cached_scores.scores(run, subject.pixels)
    left, right = st.columns([7, 3], gap="large")
    with left, st.container(key="surprise-rows", gap="small"):
        for name, values in found.items():
            score_row(name, float(values[0]), score_quantiles)
        st.caption(scores_caption(subject, score_quantiles), help=nats_note(run))
    with right:
        if (kind := likelihood_kind(run)).is_known:
            blame(cached_scores.misfit(run, subject.pixels), subject.title)
        else:
            st.caption(_("No share of each pixel in the misfit: {reason}").format(reason=_(kind.note)))


def scores_caption(subject: Subject, score_quantiles: ScoreQuantiles) -> str:
    """What the rows are, and what to beware of."""
    if lack := cached.no_latents(subject.run):
        return f"{_('No percentiles.')} {plain(str(lack))} {caveat(subject.run)}"
    missing = _(" The other percentiles take the data set, which is not here.") if score_quantiles.missing else ""
    bars = _("Bars: {images}, scored with the same draws. The line is this image.").format(
        images=counted(score_quantiles.n, "held-out image")
    )
    sampled = accuracy(score_quantiles, subject.run.data.n_test)
    return f"{bars} {sampled}{missing} {caveat(subject.run)}"


def caveat(run: LoadedRun) -> str:
    """What to beware of, or why scores are missing."""
    kind = likelihood_kind(run)
    if not kind.is_known:
        return _(kind.note)
    return _(CAVEAT if run.model.variational else NO_ELBO)


def score_row(name: str, value: float, score_quantiles: ScoreQuantiles) -> None:
    """One score: its name, its value, and where it stands."""
    spec = SCORES[name]
    title, number, strip, place = st.columns([4, 3, 4, 3], vertical_alignment="center", gap="small")
    strong = "**" if name == verdict_score(score_quantiles) else ""
    title.markdown(f"{strong}{_(spec.title)}{strong}", help=spec.help)
    number.markdown(f"**{significant(value)}** {_(spec.unit)}")
    if name not in score_quantiles.values:
        place.caption(_("no percentile"))
        return
    held = score_quantiles.values[name]
    words = standing(held, float(np.float32(value)), "held-out image")
    strip.html(distribution(held, value, f"{_(spec.title)}: {words}"))
    place.markdown(words.replace(_(" of held-out images"), ""))


def distribution(values: NDArray[np.floating], value: float, alt: str) -> str:
    """A strip of bars with a line at ``value``; one that lies beyond the strip stands at its end as an arrow."""
    low, high = float(values[0]), float(np.percentile(values, 100 - TAIL_PERCENT))
    high = high if high > low else low + 1
    counts = np.histogram(values, SCORE_BINS, (low, high))[0]
    bars = "".join(f'<i style="height: {100 * count / counts.max():.0f}%"></i>' for count in counts)
    at = 100 * (value - low) / (high - low)
    kind = "beyond" if at > 100 else "before" if at < 0 else "at"
    line = f'<b class="{kind}" style="left: {min(100, max(0, at)):.1f}%"></b>'
    alt, accent = html.escape(alt, quote=True), ACCENT[st.context.theme.type == "dark"]
    return f'<div class="distribution" role="img" aria-label="{alt}" style="--accent: {accent}">{bars}{line}</div>'


def blame(found: Misfit, name: str) -> None:
    """The picture of the misfit and where most of it lies."""
    top = float(found.share.max())
    region, share = found.region
    picture = Picture(
        magnitude_picture(found.share, top),
        _("where it disagrees: share of the misfit"),
        _("share of each pixel of {name} in the misfit, from 0 to {top:.2f} %").format(name=name, top=100 * top),
        scale("0 %", f"{significant(100 * top)} %"),
    )
    pictures([picture], 1, "large")
    words = _("**{share}** of the misfit lies **{region}**.") if region else _("The misfit is spread out.")
    text = words.format(share=percentage(share), region=region)
    st.markdown(text, help=_(MISFIT_HELP).format(draws=SCORE_DRAWS))
