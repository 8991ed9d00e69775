"""Every surprise score of one image among those of held-out images, and which pixels are to blame."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.base import significant
from explorer.image_lab.scores import SCORE_DRAWS, SCORES, Calibration, Misfit
from explorer.ui.common import NO_ELBO, Picture, bernoulli_note, pictures, rank, scale
from explorer.ui.common.figures import ACCENT, magnitude_picture
from explorer.ui.image import cached_scores as cached_surprise
from explorer.ui.image.subject import Subject
from explorer.ui.image.verdict import judge

BINS = 48
TAIL_PERCENT = 1  # of the held-out values above do not stretch the axis
CAVEAT = (
    "Likelihoods alone rank simple images too high "
    "([Nalisnick et al. 2019](https://arxiv.org/abs/1810.09136)): compare -ELBO with **Corrected for simplicity**."
)
MISFIT_HELP = (
    "Each pixel's share of -log p(x|z) beyond what a perfect decoder would pay for it, averaged over "
    f"{SCORE_DRAWS} draws of z."
)


def image_surprise(subject: Subject) -> None:
    """Draw the tab: a row for each score, and beside them the pixels that the model disagrees with."""
    run = subject.run
    calibration = cached_surprise.calibration(run)
    found = cached_surprise.scores(run, subject.pixels)
    left, right = st.columns([7, 3], gap="large")
    with left, st.container(key="surprise-rows", gap="small"):
        for name, values in found.items():
            row(name, float(values[0]), calibration)
        st.caption(caption(subject, calibration), help=bernoulli_note(run) or None)
    with right:
        blame(cached_surprise.misfit(run, subject.pixels), subject.name)


def caption(subject: Subject, calibration: Calibration) -> str:
    """What the rows are, and what to beware of."""
    variational = subject.run.model.variational
    missing = "" if not calibration.missing else " The other percentiles take the data set, which is not here."
    bars = f"Bars: {calibration.n:,} held-out images, judged by the same draws. The line is this image."
    return f"{bars}{missing} {CAVEAT if variational else NO_ELBO}"


def row(name: str, value: float, calibration: Calibration) -> None:
    """One score: its name, its value, and where it stands."""
    spec = SCORES[name]
    title, number, strip, place = st.columns([4, 3, 4, 3], vertical_alignment="center", gap="small")
    strong = "**" if name == judge(calibration) else ""
    title.markdown(f"{strong}{spec.title}{strong}", help=spec.help)
    number.markdown(f"**{significant(value)}** {spec.unit}")
    if name not in calibration.values:
        place.caption("no percentile")
        return
    words = rank(float(calibration.percentile(name, value)))
    strip.html(distribution(calibration.values[name], value, f"{spec.title}: {words} of held-out images"))
    place.markdown(words)


def distribution(values: NDArray[np.floating], value: float, alt: str) -> str:
    """A strip of bars with a line at ``value``; one that lies beyond the strip stands at its end as an arrow."""
    low, high = float(values[0]), float(np.percentile(values, 100 - TAIL_PERCENT))
    high = high if high > low else low + 1
    counts, _ = np.histogram(values, BINS, (low, high))
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
        "where it disagrees: share of the misfit",
        f"share of each pixel of {name} in the misfit, from 0 to {100 * top:.2f} %",
        scale("0 %", f"{significant(100 * top)} %"),
    )
    pictures([picture], 1, "large")
    words = f"**{100 * share:.0f} %** of the misfit lies **{region}**." if region else "The misfit is spread out."
    st.markdown(words, help=MISFIT_HELP)
